"""The registry's HTTP process, put together."""

import signal
import threading
import time
from types import FrameType

from flask import Flask

from services.registry import settings as told
from services.registry.adapters.mosquitto_accounts import MosquittoAccounts
from services.registry.adapters.sql_database import SqlDatabase
from services.registry.api import amendments, changes, districts, feeds, histories, imports, keys, layouts, pages
from services.registry.api.answering import answer_refused
from services.registry.api.collections import blueprint_for
from services.registry.api.guarding import SCHEME
from services.registry.attempts import Attempts
from services.registry.entities import COLLECTIONS
from services.registry.feed_accounts import BrokerAccounts
from services.registry.refusal import Refused
from services.registry.settings import Settings
from services.registry.tokens import SigningKey
from shared.runtime import auth, logs, web


def create_app() -> Flask:
    """The application, with its settings from the environment."""
    logs.configure()
    settings = told.read()
    return compose(settings, MosquittoAccounts(settings.mqtt_url), _stopping())


def compose(settings: Settings, accounts: BrokerAccounts, stopping: threading.Event) -> Flask:
    """The application on these settings and this broker; ``stopping`` is set when the process is asked to end."""
    database = SqlDatabase(settings.database_url, now_ms)
    signing_key = SigningKey(settings.signing_key)
    app, api = web.create("registry", "Pilotlight registry · 登记", check=database.check)
    api.spec.options["servers"] = [{"url": settings.public_url}]
    api.spec.components.security_scheme(SCHEME, {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"})
    auth.install(app, signing_key)
    app.register_error_handler(Refused, answer_refused)
    for collection in COLLECTIONS:
        if collection.entity == "layout":
            api.register_blueprint(layouts.blueprint(collection, database))
        elif collection.entity not in ("feed", "amendment", "import"):
            api.register_blueprint(blueprint_for(collection, database))
    api.register_blueprint(amendments.blueprint(database))
    api.register_blueprint(histories.blueprint(database))
    api.register_blueprint(feeds.blueprint(database, accounts))
    api.register_blueprint(imports.blueprint(database, stopping))
    api.register_blueprint(keys.keys_blueprint(database))
    api.register_blueprint(keys.tokens_blueprint(database, signing_key, Attempts(time.monotonic), now_ms))
    api.register_blueprint(changes.blueprint(database, stopping))
    api.register_blueprint(districts.blueprint())
    api.register_blueprint(pages.blueprint())
    return app


def _stopping() -> threading.Event:
    """An event that SIGTERM sets before gunicorn's own handler: else it would wait for every reader that waits."""
    stopping = threading.Event()
    gunicorns = signal.getsignal(signal.SIGTERM)

    def stop(number: int, frame: FrameType | None) -> None:
        stopping.set()
        if callable(gunicorns):
            gunicorns(number, frame)

    signal.signal(signal.SIGTERM, stop)
    return stopping


def now_ms() -> int:
    """The wall clock, in epoch milliseconds."""
    return time.time_ns() // 1_000_000
