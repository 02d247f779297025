"""The journal over HTTP: whole answers only, and as many questions as a request line holds."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.adoption.adapters.telemetry_journal import MOST_QUERY_BYTES, TelemetryJournal
from shared.failures import Unavailable
from shared.runtime.service_client import ServiceClient
from tests.fakes import published_journal, published_registry
from tests.fakes.published_journal import PublishedJournal
from tests.fakes.published_registry import PublishedRegistry
from tests.unit.adoption.cities import midnight_ms
from tests.unit.adoption.world import Json

FIRST = date(2024, 2, 28)
DAY = (FIRST - date(1970, 1, 1)).days


@pytest.fixture
def published() -> Iterator[PublishedJournal]:
    made = PublishedJournal()
    with published_journal.serving(made):
        yield made


@pytest.fixture
def journal(published: PublishedJournal, tmp_path: Path) -> Iterator[TelemetryJournal]:
    (tmp_path / "adoption.json").write_text(json.dumps({"key": "k", "secret": "s"}))
    registry = PublishedRegistry()
    with published_registry.serving(registry):
        yield TelemetryJournal(ServiceClient("telemetry", published.url, registry.url, tmp_path / "adoption.json"))


def heartbeat(device: str, ts: int, site: str = "xili") -> Json:
    return {"kind": "heartbeat", "vendor": "acme", "site": site, "device": device, "ts": ts, "received_ms": ts + 7}


def asked(journal: TelemetryJournal, **which: Any) -> list[tuple[str, int, int]]:
    with journal.records(DAY, **which) as found:
        return sorted((line.device, line.record.ts, line.received_ms) for line in found)


def test_a_days_receipts_come_each_with_its_time_and_nothing_of_another_day(
    journal: TelemetryJournal, published: PublishedJournal
) -> None:
    first = midnight_ms(FIRST)
    after = midnight_ms(FIRST + timedelta(days=1))
    published.add([heartbeat("a", first), heartbeat("a", first), heartbeat("b", after - 1), heartbeat("b", after)])
    published.add([heartbeat("a", first - 1), heartbeat("c", first, site="museum")])
    twice = ("a", first, first + 7)
    assert asked(journal) == [twice, twice, ("b", after - 1, after + 6), ("c", first, first + 7)]
    assert asked(journal, vendor="acme", devices=["b"]) == [("b", after - 1, after + 6)]
    assert asked(journal, site="museum") == [("c", first, first + 7)]


def test_many_devices_are_asked_for_in_as_many_questions_as_their_names_need(
    journal: TelemetryJournal, published: PublishedJournal
) -> None:
    devices = [f"device-{n:056d}" for n in range(500)]
    published.add([heartbeat(device, midnight_ms(FIRST)) for device in devices])
    found = asked(journal, vendor="acme", devices=devices)
    assert [device for device, _, _ in found] == devices
    assert sum(len(query["device"]) for query in published.asked) == 500
    longest = max(sum(len(f"&device={name}") for name in query["device"]) for query in published.asked)
    assert MOST_QUERY_BYTES / 2 < longest <= MOST_QUERY_BYTES


def test_how_far_each_worker_is_is_told_without_any_record(
    journal: TelemetryJournal, published: PublishedJournal
) -> None:
    published.add([heartbeat("a", midnight_ms(FIRST) + n) for n in range(3)])
    published.cut_after = 0  # an answer with records would break off
    assert journal.heads() == {"telemetry-1": 3}
    assert [published.lines(query)[1:] for query in published.asked[:1]] == [[{"end": 0}]]


@pytest.mark.parametrize("cut_after", [0, 1, 2])
def test_an_answer_without_its_end_is_none(
    journal: TelemetryJournal, published: PublishedJournal, cut_after: int
) -> None:
    published.add([heartbeat("a", midnight_ms(FIRST) + n) for n in range(3)])
    published.cut_after = cut_after
    with pytest.raises(Unavailable, match=f"broke off after {cut_after} records"):
        asked(journal)


def test_what_is_not_of_the_contract_is_no_answer(
    journal: TelemetryJournal, published: PublishedJournal, monkeypatch: pytest.MonkeyPatch
) -> None:
    another = {"head": {"day": "2024-02-27", "workers": {}}}
    for lines in ([another, {"end": 0}], [{"tail": 1}], [], [published.lines({"day": [str(FIRST)]})[0], {"end": 1}]):
        monkeypatch.setattr(published, "lines", lambda _query, lines=lines: lines)
        with pytest.raises(Unavailable, match="telemetry"):
            asked(journal)


def test_a_service_that_is_away_is_unavailable(journal: TelemetryJournal, published: PublishedJournal) -> None:
    published.away = True
    with pytest.raises(Unavailable, match="telemetry"):
        asked(journal)
