"""What adoption's processes need to be told."""

from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

from environs import Env, ValidationError

from shared.runtime.settings import reading

_SQLITE = "sqlite:///"


class WorkerSettings(NamedTuple):
    """Of the consumer process."""

    amqp_url: str
    database: Path
    registry_url: str
    registry_credentials: Path
    data_dir: Path


class ApiSettings(NamedTuple):
    """Of the HTTP process."""

    database: Path
    registry_url: str
    data_dir: Path


def read_worker() -> WorkerSettings:
    """Read the worker's settings.

    :raises SystemExit: naming every variable that is missing or malformed
    """
    with reading() as env:
        amqp_url = env.str("AMQP_URL")
        database_url = _database_url(env)
        registry_url = env.str("REGISTRY_URL")
        registry_credentials = env.path("REGISTRY_CREDENTIALS")
        data_dir = env.path("DATA_DIR")
    return WorkerSettings(amqp_url, _path(database_url), registry_url, registry_credentials, data_dir)


def read_api() -> ApiSettings:
    """Read the HTTP process's settings.

    :raises SystemExit: naming every variable that is missing or malformed
    """
    with reading() as env:
        database_url = _database_url(env)
        registry_url = env.str("REGISTRY_URL")
        data_dir = env.path("DATA_DIR")
    return ApiSettings(_path(database_url), registry_url, data_dir)


def registry_copy(data_dir: Path) -> Path:
    """Where the worker keeps its copy of the registry, which the HTTP process reads."""
    return data_dir / "registry.db"


def _database_url(env: Env) -> str:
    return env.str("DATABASE_URL", validate=_check_sqlite)


def _check_sqlite(url: str) -> None:
    if not url.startswith(_SQLITE) or url == _SQLITE:
        raise ValidationError("facts are kept in SQLite: sqlite:////absolute/path.db")


def _path(url: str) -> Path:
    return Path(unquote(url.removeprefix(_SQLITE)))
