"""What the processes need to be told, each variable spelled out; all that is missing is reported at once."""

from pathlib import Path
from typing import NamedTuple

from environs import Env, ValidationError
from marshmallow.validate import Range

from services.telemetry.parking import DEFAULT_QUOTA_BYTES
from shared.runtime.settings import reading


class WorkerSettings(NamedTuple):
    """Of the worker."""

    worker_id: str
    mqtt_url: str
    amqp_url: str
    influx_url: str
    database_url: str
    registry_url: str
    registry_credentials: Path
    data_dir: Path
    spool_min_free_bytes: int
    journal_max_age_s: int
    trial_clock: Path | None
    parking_quota_bytes: int


class ApiSettings(NamedTuple):
    """Of the HTTP process."""

    database_url: str
    influx_url: str
    registry_url: str
    worker_dirs: tuple[Path, ...]


def read_worker() -> WorkerSettings:
    """The worker's settings.

    :raises SystemExit: if any is missing or malformed, after naming each
    """
    with reading() as env:
        return WorkerSettings(
            worker_id=env.str("WORKER_ID"),
            mqtt_url=env.str("MQTT_URL"),
            amqp_url=env.str("AMQP_URL"),
            influx_url=env.str("INFLUX_URL"),
            database_url=env.str("DATABASE_URL"),
            registry_url=env.str("REGISTRY_URL"),
            registry_credentials=env.path("REGISTRY_CREDENTIALS"),
            data_dir=env.path("DATA_DIR"),
            spool_min_free_bytes=env.int("SPOOL_MIN_FREE_BYTES", 1024**3),
            journal_max_age_s=env.int("JOURNAL_MAX_AGE_S", 60),
            trial_clock=_trial_clock(env),
            parking_quota_bytes=env.int("PARKING_QUOTA_BYTES", DEFAULT_QUOTA_BYTES, validate=Range(min=0)),
        )


def read_api() -> ApiSettings:
    """The HTTP process's settings.

    :raises SystemExit: if any is missing or malformed, after naming each
    """
    with reading() as env:
        return ApiSettings(
            database_url=env.str("DATABASE_URL"),
            influx_url=env.str("INFLUX_URL"),
            registry_url=env.str("REGISTRY_URL"),
            worker_dirs=tuple(env.list("WORKER_DIRS", subcast=Path)),
        )


def _trial_clock(env: Env) -> Path | None:
    """Only a stack that was made for a trial may have its receipt times moved."""
    is_trial = env.bool("TRIAL", False)

    def only_in_a_trial(_: Path | None) -> None:
        if not is_trial:
            raise ValidationError(
                "只有演练环境才能移动收件时钟 / only the stack of a trial may move the clock of receipt: TRIAL=1"
            )

    return env.path("TRIAL_CLOCK", None, validate=only_in_a_trial)
