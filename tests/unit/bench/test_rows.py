"""The city that figures are timed on is one the registry would accept and the facts could hold."""

from collections import Counter
from datetime import date
from pathlib import Path

import msgspec
import pytest

from services.adoption import strips
from services.adoption.adapters.sqlite_facts import SqliteFacts
from services.adoption.adapters.sqlite_known_facts import SqliteKnownFacts
from shared.contracts.registry import ENTITIES
from tests.bench import folding, rows

CITY = rows.plan(50_000, date(2026, 11, 25))


def test_every_row_of_the_registry_is_of_its_contract() -> None:
    kinds: Counter[str] = Counter()
    for entity, _, body in rows.entities(CITY):
        msgspec.convert(body, ENTITIES[entity], strict=True)
        kinds[entity] += 1

    assert kinds["pilot"] + kinds["venue"] == rows.SITES
    assert kinds["slot"] == CITY.device_days // rows.DAYS


def test_the_size_is_nearly_the_one_asked_for_and_by_default_the_designs() -> None:
    whole = rows.plan(1_000_000, date(2026, 11, 25))

    assert abs(CITY.device_days - 50_000) < 50_000 * 0.1
    assert (whole.big, abs(whole.device_days - 1_000_000) < 20_000) == (3_000, True)


@pytest.fixture
def facts(tmp_path: Path) -> Path:
    path = tmp_path / "adoption.db"
    SqliteFacts(path).close()
    rows.write_facts(path, CITY)
    return path


def test_the_rows_are_readable_as_facts(facts: Path) -> None:
    first = CITY.first.toordinal() - date(1970, 1, 1).toordinal()
    with SqliteKnownFacts(facts).at_once() as known:
        counts = known.counts()
        device = rows.device_name(rows.site_name(0), "ref-00000000", 0)
        assert known.first_heard(rows.VENDOR, device, first, first + 1) == first
        heard = strips.count(known.seen(rows.VENDOR, device, first, first + 1))
        sessions = known.sessions(rows.VENDOR, "hmd-0", 0, 2**60)

    assert counts["strip"] == CITY.device_days
    assert heard == 1440 // 15
    assert len(sessions) == rows.DAYS * rows.SESSIONS_A_DAY


def test_a_strip_is_stored_as_the_facts_store_it() -> None:
    assert rows.strip([0, 9, 1439]) == strips.to_bytes(strips.of([0, 9, 1439]))


def test_no_two_events_to_fold_are_of_one_device_and_day() -> None:
    midnight_ms = 1_727_971_200_000
    made = folding.device_days(5_000, midnight_ms)

    assert len({(device, (ts + 8 * 3_600_000) // 86_400_000) for device, ts in made}) == 5_000
    assert max(ts for _, ts in made) < midnight_ms
