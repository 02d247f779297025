"""The HTTP process: ``gunicorn 'services.telemetry.app:create_app()'``."""

import threading
import time
from collections.abc import Mapping, Sequence

from flask import Flask
from sqlalchemy import Engine

from services.telemetry.adapters.influx_readings import InfluxReadings
from services.telemetry.adapters.sql_intervals import SqlIntervals
from services.telemetry.adapters.sql_ledger import connect
from services.telemetry.adapters.sql_ledger_pages import SqlLedgerPages
from services.telemetry.adapters.sqlite_journal import SqliteJournal
from services.telemetry.api import SCHEME, routes
from services.telemetry.journal_api import journal_routes
from services.telemetry.ledger import Stored
from services.telemetry.recalling import Source as Journal
from services.telemetry.settings import read_api
from shared.runtime import auth, logs, web


def create_app() -> Flask:
    """The application, as the environment says.

    :raises SystemExit: naming every setting that is missing or malformed
    """
    logs.configure()
    told = read_api()
    engine = connect(told.database_url)
    SqlLedgerPages(engine).create()
    journals = [SqliteJournal(folder) for folder in told.worker_dirs]
    stored = _one_at_a_time(InfluxReadings(told.influx_url))
    return build(engine, stored, auth.PublishedKeys(told.registry_url), journals)


def build(engine: Engine, stored: Stored, keys: auth.PublicKeys, journals: Sequence[Journal] = ()) -> Flask:
    """The application over this database, this InfluxDB, these keys and these workers' journals."""
    pages = SqlLedgerPages(engine)
    app, api = web.create("telemetry", "Pilotlight telemetry 遥测", check=pages.check)
    api.spec.components.security_scheme(SCHEME, {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"})
    auth.install(app, keys)
    api.register_blueprint(routes(pages, SqlIntervals(engine), stored, lambda: time.time_ns() // 1_000_000))
    api.register_blueprint(journal_routes(journals))
    return app


def _one_at_a_time(readings: InfluxReadings) -> Stored:
    lock = threading.Lock()

    def stored(from_day: int, to_day: int) -> Mapping[tuple[str, int], int]:
        with lock:
            return readings.stored(from_day, to_day)

    return stored
