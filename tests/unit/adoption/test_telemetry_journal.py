"""The journal over HTTP: whole answers only, and as many questions as a request line holds."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from services.adoption.adapters.shelf import PIECE_BYTES
from services.adoption.adapters.telemetry_journal import TelemetryJournal
from shared.contracts.journal import JournalRecord
from shared.contracts.telemetry import Session
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


def told(lines: Iterator[JournalRecord]) -> list[tuple[str, int, int]]:
    return sorted((line.device, line.record.ts, line.received_ms) for line in lines)


def test_a_days_receipts_come_each_with_its_time_and_nothing_of_another_day(
    journal: TelemetryJournal, published: PublishedJournal
) -> None:
    first = midnight_ms(FIRST)
    after = midnight_ms(FIRST + timedelta(days=1))
    published.add([heartbeat("a", first), heartbeat("a", first), heartbeat("b", after - 1), heartbeat("b", after)])
    published.add([heartbeat("a", first - 1), heartbeat("c", first, site="museum")])
    twice = ("a", first, first + 7)
    assert told(journal.records(DAY)) == [twice, twice, ("b", after - 1, after + 6), ("c", first, first + 7)]
    assert told(journal.records(DAY, "museum")) == [("c", first, first + 7)]
    groups = journal.of_groups(DAY, "acme", [["b", "x"], [], ["c", "a"]])
    assert [told(lines) for lines in groups] == [
        [("b", after - 1, after + 6)],
        [],
        [twice, twice, ("c", first, first + 7)],
    ]


@pytest.mark.parametrize(("names_bytes", "named"), [(60, True), (64, False)])
def test_devices_are_named_where_the_request_line_has_room_and_all_are_asked_for_once_where_it_has_not(
    journal: TelemetryJournal, published: PublishedJournal, names_bytes: int, named: bool
) -> None:
    devices = [f"{n:0{names_bytes}d}" for n in range(55)]
    published.add([heartbeat(device, midnight_ms(FIRST)) for device in [*devices, "not-asked-for"]])
    found = [told(lines) for lines in journal.of_groups(DAY, "acme", [devices[:20], devices[20:]])]
    assert [[device for device, _, _ in lines] for lines in found] == [devices[:20], devices[20:]]
    assert [query.get("device", []) for query in published.asked] == [devices if named else []]


def test_groups_larger_than_memory_holds_at_once_come_whole(
    journal: TelemetryJournal, published: PublishedJournal
) -> None:
    first = midnight_ms(FIRST)
    published.add([heartbeat("ab"[n % 2], first + n) for n in range(2_000)])
    expected = [[(name, first + n, first + n + 7) for n in range(odd, 2_000, 2)] for odd, name in enumerate("ab")]
    assert PIECE_BYTES < 1_000 * 150  # of each group several pieces are laid by, and a rest
    assert [told(lines) for lines in journal.of_groups(DAY, "acme", ["a", "b"])] == expected


def test_of_one_kind_nothing_else_comes(journal: TelemetryJournal, published: PublishedJournal) -> None:
    session = heartbeat("a", midnight_ms(FIRST)) | {"kind": "session", "duration_s": 60}
    published.add([heartbeat("a", midnight_ms(FIRST)), session])
    (lines,) = journal.of_groups(DAY, "acme", ["a"], "session")
    assert [line.record for line in lines] == [Session(midnight_ms(FIRST), 60)]


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
        told(journal.records(DAY))
    with pytest.raises(Unavailable, match=f"broke off after {cut_after} records"):
        next(journal.of_groups(DAY, "acme", ["a"]))


def test_a_record_outside_the_contract_is_no_answer_in_any_group(
    journal: TelemetryJournal, published: PublishedJournal, monkeypatch: pytest.MonkeyPatch
) -> None:
    published.add([heartbeat("a", midnight_ms(FIRST)), heartbeat("b", midnight_ms(FIRST))])
    lines = published.lines({"day": [str(FIRST)], "vendor": ["acme"]})
    odd = [line | {"record": line["record"] | {"boot": -1}} if line.get("device") == "b" else line for line in lines]
    assert odd != lines
    monkeypatch.setattr(published, "lines", lambda _query: odd)
    first, second = journal.of_groups(DAY, "acme", [["a"], ["b"]])
    assert len(told(first)) == 1
    with pytest.raises(Unavailable, match="contract"):
        told(second)


def test_what_is_not_of_the_contract_is_no_answer(
    journal: TelemetryJournal, published: PublishedJournal, monkeypatch: pytest.MonkeyPatch
) -> None:
    another = {"head": {"day": "2024-02-27", "workers": {}}}
    for lines in ([another, {"end": 0}], [{"tail": 1}], [], [published.lines({"day": [str(FIRST)]})[0], {"end": 1}]):
        monkeypatch.setattr(published, "lines", lambda _query, lines=lines: lines)
        with pytest.raises(Unavailable, match="telemetry"):
            told(journal.records(DAY))


def test_a_service_that_is_away_is_unavailable(journal: TelemetryJournal, published: PublishedJournal) -> None:
    published.away = True
    with pytest.raises(Unavailable, match="telemetry"):
        told(journal.records(DAY))
