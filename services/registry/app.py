"""The registry's HTTP process, put together."""

import atexit
import hmac
import signal
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import NamedTuple

from flask import Flask

from services.registry import settings as told
from services.registry.adapters.authlib_provider import AuthlibProvider
from services.registry.adapters.folder_documents import FolderDocuments
from services.registry.adapters.mosquitto_accounts import MosquittoAccounts
from services.registry.adapters.pem_signing_keys import PemSigningKeys
from services.registry.adapters.sql_database import SqlDatabase
from services.registry.api import (
    accesses,
    amendments,
    audit,
    changes,
    districts,
    documents,
    feeds,
    histories,
    imports,
    keys,
    layouts,
    oidc,
    pages,
    people,
    tokens,
)
from services.registry.api.answering import answer_refused
from services.registry.api.collections import blueprint_for
from services.registry.api.guarding import SCHEME
from services.registry.api.tokens import Tokens
from services.registry.attempts import Attempts
from services.registry.entities import COLLECTIONS
from services.registry.feed_accounts import BrokerAccounts
from services.registry.heads import Heads
from services.registry.passwords import Passwords
from services.registry.refusal import Refused
from services.registry.settings import Settings
from shared.runtime import auth, logs, web

# They have more than a plain collection has.
_OF_THEIR_OWN = ("feed", "amendment", "document", "audit_case", "audit_entry", "person", "import")


class Parts(NamedTuple):
    """What the application is put together from; ``stopping`` is set when the process is asked to end."""

    database: SqlDatabase
    accounts: BrokerAccounts
    shelf: FolderDocuments
    signing_keys: PemSigningKeys
    attempts: Attempts
    passwords: Passwords
    city: oidc.CityProvider | None
    stopping: threading.Event
    now_ms: Callable[[], int]


def create_app() -> Flask:
    """The application, with its settings from the environment."""
    logs.configure()
    settings = told.read()
    heads = Heads(SqlDatabase(settings.database_url, now_ms), now_ms)
    heads.begin()
    atexit.register(heads.end)  # after gunicorn's last request, whatever signal ended it
    return compose(settings, parts_of(settings, MosquittoAccounts(settings.mqtt_url), _stopping()))


def parts_of(settings: Settings, accounts: BrokerAccounts, stopping: threading.Event) -> Parts:
    """The parts that these settings tell of, on this broker."""
    return Parts(
        SqlDatabase(settings.database_url, now_ms),
        accounts,
        FolderDocuments(settings.documents_dir),
        PemSigningKeys(settings.signing_key_file, now_ms),
        Attempts(time.monotonic),
        Passwords(),
        _city(settings),
        stopping,
        now_ms,
    )


def compose(settings: Settings, parts: Parts) -> Flask:
    """The application of these parts."""
    database, accounts, shelf, signing_keys, attempts, passwords, city, stopping, clock = parts
    app, api = web.create("registry", "Pilotlight registry · 登记", check=database.check)
    api.spec.options["servers"] = [{"url": settings.public_url}]
    api.spec.components.security_scheme(SCHEME, {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"})
    auth.install(app, signing_keys)
    app.register_error_handler(Refused, answer_refused)
    for collection in COLLECTIONS:
        if collection.entity == "layout":
            api.register_blueprint(layouts.blueprint(collection, database))
        elif collection.entity not in _OF_THEIR_OWN:
            api.register_blueprint(blueprint_for(collection, database))
    api.register_blueprint(documents.blueprint(database, shelf, settings.documents_most_bytes))
    api.register_blueprint(audit.cases_blueprint(database))
    api.register_blueprint(audit.entries_blueprint(database))
    api.register_blueprint(amendments.blueprint(database))
    api.register_blueprint(histories.blueprint(database))
    api.register_blueprint(feeds.blueprint(database, accounts))
    api.register_blueprint(keys.blueprint(database, clock))
    issued = Tokens(signing_keys.ring, clock)
    api.register_blueprint(people.blueprint(database, clock))
    api.register_blueprint(people.passwords_blueprint(database, attempts, passwords, clock))
    api.register_blueprint(tokens.blueprint(database, issued, attempts, passwords, clock))
    api.register_blueprint(oidc.blueprint(database, issued, city))
    api.register_blueprint(imports.blueprint(database, stopping))
    api.register_blueprint(changes.blueprint(database, stopping))
    api.register_blueprint(accesses.blueprint(database))
    api.register_blueprint(districts.blueprint())
    api.register_blueprint(pages.blueprint())
    return app


def _city(settings: Settings) -> oidc.CityProvider | None:
    """The city's identity provider; it is not asked anything yet, so it may be away."""
    if settings.oidc is None:
        return None
    secret = settings.oidc.client_secret_file.read_text(encoding="utf-8").strip()
    callback = f"{settings.public_url.rstrip('/')}{oidc.PATH}/callback"
    provider = AuthlibProvider(settings.oidc.issuer, settings.oidc.client_id, secret, callback, time.monotonic)
    # Every process of ours signs alike, and no further secret is to be kept.
    cookie_key = hmac.digest(secret.encode(), oidc.COOKIE.encode(), "sha256")
    return oidc.CityProvider(provider, cookie_key, https=settings.public_url.startswith("https://"))


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
