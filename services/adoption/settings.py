"""What adoption's processes need to be told."""

from datetime import datetime
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

from environs import Env, ValidationError

from shared.brokers import influx
from shared.contracts.civil_time import MINUTE_MS
from shared.runtime.settings import reading

_SQLITE = "sqlite:///"


class WorkerSettings(NamedTuple):
    """Of the consumer process."""

    amqp_url: str
    database: Path
    registry_url: str
    registry_credentials: Path
    telemetry_url: str
    data_dir: Path
    scan_at_ms: int  # after midnight in Asia/Shanghai


class CommandSettings(NamedTuple):
    """Of the commands: scan, rebuild, reconcile."""

    database: Path
    registry_url: str
    registry_credentials: Path
    telemetry_url: str
    influx_url: str | None  # reconcile alone reads InfluxDB


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
        telemetry_url = env.str("TELEMETRY_URL")
        data_dir = env.path("DATA_DIR")
        scan_at = env.str("SCAN_AT", "02:30", validate=_check_time_of_day)
    database = _path(database_url)
    return WorkerSettings(
        amqp_url, database, registry_url, registry_credentials, telemetry_url, data_dir, _ms_after_midnight(scan_at)
    )


def read_command(*, reads_influx: bool) -> CommandSettings:
    """Read the settings of a command: the worker's, and for reconcile ``INFLUX_URL``.

    :raises SystemExit: naming every variable that is missing or malformed
    """
    with reading() as env:
        database_url = _database_url(env)
        registry_url = env.str("REGISTRY_URL")
        registry_credentials = env.path("REGISTRY_CREDENTIALS")
        telemetry_url = env.str("TELEMETRY_URL")
        influx_url = env.str("INFLUX_URL", validate=_check_influx) if reads_influx else None
    return CommandSettings(_path(database_url), registry_url, registry_credentials, telemetry_url, influx_url)


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


def _check_influx(url: str) -> None:
    try:
        influx.parse(url)
    except ValueError as error:
        raise ValidationError(str(error)) from error


def _check_time_of_day(text: str) -> None:
    try:
        _ms_after_midnight(text)
    except ValueError as error:
        raise ValidationError(f"a time of day in Asia/Shanghai looks like 02:30, not {text!r}") from error


def _ms_after_midnight(text: str) -> int:
    at = datetime.strptime(text, "%H:%M")  # noqa: DTZ007 – a time of day, no moment
    return (at.hour * 60 + at.minute) * MINUTE_MS


def _path(url: str) -> Path:
    return Path(unquote(url.removeprefix(_SQLITE)))
