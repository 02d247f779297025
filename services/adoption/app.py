"""The HTTP process: ``gunicorn 'services.adoption.app:create_app()'``."""

import time
from collections.abc import Callable

from flask import Flask

from services.adoption import settings
from services.adoption.adapters.registry_city import RegistryCity
from services.adoption.adapters.sqlite_known_facts import SqliteKnownFacts
from services.adoption.api import routes
from shared.runtime import auth, logs, web


def create_app() -> Flask:
    """The application, as the environment says.

    :raises SystemExit: naming every setting that is missing or malformed
    """
    logs.configure()
    told = settings.read_api()
    facts = SqliteKnownFacts(told.database)
    cities = RegistryCity(settings.registry_copy(told.data_dir))
    return build(facts, cities, auth.PublishedKeys(told.registry_url), _now_ms)


def build(facts: SqliteKnownFacts, cities: RegistryCity, keys: auth.PublicKeys, now_ms: Callable[[], int]) -> Flask:
    """The application over these facts, this registry, these keys and this clock."""

    def check() -> None:
        with facts.at_once() as known:
            known.folded_at_ms()
        cities.sequence()

    app, api = web.create("adoption", "Pilotlight adoption 采用情况", check=check)
    auth.install(app, keys)
    api.register_blueprint(routes(facts, cities, now_ms))
    return app


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
