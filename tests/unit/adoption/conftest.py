"""The HTTP process over facts and registry of the small city."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from services.adoption import app
from services.adoption.adapters.registry_city import RegistryCity
from services.adoption.adapters.sqlite_known_facts import SqliteKnownFacts
from shared.runtime.registry_copy import RegistryCopy
from tests.unit.adoption import cities
from tests.unit.adoption.asking import NOW, OneKey
from tests.unit.adoption.homes import heartbeat
from tests.unit.adoption.small_city import changes, small_city
from tests.unit.adoption.venues import NINE, session
from tests.unit.adoption.world import body, fold_batches


@pytest.fixture
def files(tmp_path: Path) -> Path:
    RegistryCopy(tmp_path / "registry.db").apply(changes(small_city()))
    records = [heartbeat("lamp", cities.midnight_ms(date(2024, 2, 28))), session(NINE, 300)]
    fold_batches(tmp_path / "adoption.db", [[body(records)]])
    return tmp_path


@pytest.fixture
def client(files: Path) -> Iterator[FlaskClient]:
    facts = SqliteKnownFacts(files / "adoption.db")
    yield app.build(facts, RegistryCity(files / "registry.db"), OneKey(), lambda: NOW).test_client()
