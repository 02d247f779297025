"""Reconciling under live traffic: what only differed for a moment is no difference, what differs twice is one."""

from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

import pytest

from services.adoption import strips
from services.adoption.adapters.sqlite_pictures import SqlitePictures
from services.adoption.adapters.sqlite_stock import SqliteStock
from services.adoption.awaiting import PAUSE_S, Clock, TooLate
from services.adoption.canonical import packed
from services.adoption.facts import SEEN
from services.adoption.pictures import Difference, Picture
from services.adoption.reconciling import Outcome, Paths, reconcile
from tests.fakes.published_journal import PublishedJournal
from tests.unit.adoption.cities import digest, midnight_ms
from tests.unit.adoption.folding import EPOCH, Adoption
from tests.unit.adoption.homes import heartbeat, usage
from tests.unit.adoption.ticking import Ticking
from tests.unit.adoption.withdrawals import FIRST

DAY = FIRST.toordinal() - EPOCH
START = midnight_ms(FIRST)
LAMP = ("acme", "lamp", DAY)


class Shown:
    """One path: the minutes in which it shows the lamp as seen, at each reading."""

    def __init__(self, *readings: Collection[int]) -> None:
        self._readings = list(readings)

    def pictures(self, vendor: str, day: int, devices: Collection[str]) -> dict[str, Picture]:
        minutes = self._readings.pop(0) if len(self._readings) > 1 else self._readings[0]
        return {"lamp": Picture(packed(SEEN, strips.of(minutes)))}


class Facts(Shown):
    """Facts without a conflict; folded up to ``batch``."""

    batch = 0

    def reached(self) -> dict[str, int]:
        return {"telemetry-1": self.batch}

    def in_conflict(self, *which: Any) -> set[str]:
        return set()

    def is_waiting(self, *which: Any) -> bool:
        return False

    def site_of(self, *which: Any) -> str:
        return "xili"


class Points(Shown):
    """InfluxDB; ``meanwhile`` happens while it is read for the first time."""

    meanwhile: Callable[[], None] = staticmethod(lambda: None)

    def devices(self, day: int, site: str | None) -> dict[tuple[str, str], str]:
        self.meanwhile()
        return {("acme", "lamp"): "xili"}


def compared(path: Path, facts: Any, points: Points, journal: PublishedJournal, clock: Ticking) -> Outcome:
    paths = Paths(SqliteStock(path), facts, points, journal)
    return reconcile([DAY], None, paths, Clock(clock.monotonic, clock.sleep, deadline_s=2.0))


def seen(minute: int) -> Difference:
    return Difference("seen", in_facts=True, item=minute)


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        ([5], [5], {seen(5)}),
        ([5, 7], [6, 7], {seen(7)}),
        ([5], [6], set()),
        ([5], [], set()),
    ],
)
def test_only_what_differs_the_same_way_at_both_readings_is_a_difference(
    tmp_path: Path, first: list[int], second: list[int], said: set[Difference]
) -> None:
    clock = Ticking()
    found = compared(tmp_path / "a.db", Facts(first, second), Points([]), PublishedJournal(), clock)
    assert found.differing == ({LAMP: said} if said else {})
    assert clock.waited_s == 0


def test_what_is_not_folded_yet_at_the_first_reading_is_waited_for_before_the_second(tmp_path: Path) -> None:
    journal, facts, points = PublishedJournal(), Facts([], [5]), Points([5])
    points.meanwhile = lambda: journal.add([heartbeat("lamp", START + 5 * 60_000)])
    clock = Ticking(then=lambda: setattr(facts, "batch", 1))
    found = compared(tmp_path / "a.db", facts, points, journal, clock)
    assert found.differing == {}
    assert (facts.batch, clock.waited_s) == (1, PAUSE_S)


def test_a_worker_that_lags_until_the_deadline_is_named_then_and_nothing_is_compared(tmp_path: Path) -> None:
    journal, clock, points = PublishedJournal(), Ticking(), Points([])
    journal.add([heartbeat("lamp", START)])
    points.meanwhile = lambda: pytest.fail("it was read")
    with pytest.raises(TooLate, match="telemetry-1"):
        compared(tmp_path / "a.db", Facts([5]), points, journal, clock)
    assert 2.0 <= clock.waited_s <= 2.0 + PAUSE_S


def test_where_influxdb_has_the_lesser_content_of_a_conflict_no_scan_has_seen_the_journal_is_asked(
    tmp_path: Path,
) -> None:
    contents = [usage(START + 60_000, trigger=trigger) for trigger in ("local", "app")]
    contents = [content | {"sha": digest(content)} for content in contents]
    adoption = Adoption(tmp_path / "a.db")
    adoption.journal.add(contents)
    adoption.fold(contents)
    adoption.settle()
    adoption.scans._connection.execute("DELETE FROM conflict")  # as if the night's scan were still to come
    adoption.facts._connection.execute("INSERT INTO watermark VALUES ('telemetry-1', 1, 2)")
    points = Points([1])  # seen, and neither local nor smart: the picture of neither content
    path = tmp_path / "a.db"
    assert compared(path, SqlitePictures(path), points, adoption.journal, Ticking()).differing == {}
    adoption.facts._connection.execute("UPDATE strip SET local = seen, smart = seen")
    (found,) = compared(path, SqlitePictures(path), points, adoption.journal, Ticking()).differing.values()
    adoption.close()
    assert found == {Difference("strip", in_facts=False, item=())}
