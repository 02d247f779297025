"""A feed's silences are told to the registry once and rightly, whatever comes late, is lost, or is refused."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from services.telemetry.adapters.sqlite_feeds import SqliteFeeds
from services.telemetry.drafting import Drafting
from services.telemetry.listening import OwnOutage
from shared.contracts.registry import Feed
from shared.failures import Rejected, Unavailable
from tests.unit.telemetry.world import MINUTE_MS, NOW, Spooled, beats, kept_of

CLOUD = {"acme/cloud": Feed("acme", "cloud", ["home-1"], vendor_cloud=True)}


class Registry:
    """Keeps drafts as the registry does, (beginning: end), and fails as a test says, before or after it has done it."""

    def __init__(self) -> None:
        self.outages: dict[int, int | None] = {}
        self.calls = 0
        self.fails: Exception | None = None
        self.loses_answers = False

    def draft(self, vendor: str, feed: str, from_ms: int, cause: str) -> None:
        self._answer(lambda: self.outages.setdefault(from_ms, None))

    def end(self, vendor: str, feed: str, from_ms: int, to_ms: int) -> None:
        self._answer(lambda: self.outages.update({from_ms: to_ms}))

    def _answer(self, do: Callable[[], object]) -> None:
        self.calls += 1
        if self.fails:
            raise self.fails
        do()
        if self.loses_answers:
            raise Unavailable("registry", "no answer")


class Judged:
    """A spool with heartbeats, judged while a machine's own clock goes on."""

    def __init__(self, folder: Path, feeds: Any = CLOUD) -> None:
        self.spool = Spooled(folder / "spool.db")
        self.registry = Registry()
        self.clock_s = 0.0
        self.own_outages: list[OwnOutage] = []
        self.drafting = Drafting(
            SqliteFeeds(self.spool.file), self.registry, feeds, lambda: self.clock_s, lambda: self.own_outages
        )

    def hear(self, *minutes: float) -> None:
        self.spool.taking_in.keep(kept_of(beats(*minutes)))

    def judge(self, minute: float, after_s: float = 1_000.0) -> dict[int, int | None]:
        self.drafting.step(int(NOW + minute * MINUTE_MS))
        self.clock_s += after_s
        self.drafting.step(int(NOW + minute * MINUTE_MS))
        return self.registry.outages


def at(minute: int) -> int:
    return NOW + minute * MINUTE_MS


def test_a_silence_is_drafted_once_and_its_end_told_when_the_feed_is_back(tmp_path: Path) -> None:
    judged = Judged(tmp_path)
    judged.hear(-60, -59)
    assert judged.judge(-56) == {}  # exactly three intervals are no silence
    assert judged.judge(-55) == {at(-59): None}
    assert judged.judge(-54) == {at(-59): None}
    assert judged.registry.calls == 1
    judged.hear(-30)
    assert judged.judge(-29) == {at(-59): at(-30)}
    calls = judged.registry.calls
    judged.judge(-29)
    assert judged.registry.calls == calls


def test_a_silence_whose_end_is_known_is_drafted_with_it(tmp_path: Path) -> None:
    judged = Judged(tmp_path)
    judged.hear(-60, -59, -30, -29)
    assert judged.judge(-29) == {at(-59): at(-30)}


def test_an_answer_that_was_lost_loses_no_end(tmp_path: Path) -> None:
    judged = Judged(tmp_path)
    judged.hear(-60, -59)
    judged.registry.loses_answers = True
    with pytest.raises(Unavailable):
        judged.judge(-50)
    judged.hear(-30)
    judged.registry.loses_answers = False
    assert judged.judge(-29) == {at(-59): at(-30)}


def test_while_heartbeats_come_in_nothing_is_said(tmp_path: Path) -> None:
    judged = Judged(tmp_path)
    judged.hear(-60, -30)
    assert judged.judge(-30, after_s=1.0) == {}
    judged.hear(*range(-60, -29))
    assert judged.judge(-30) == {}  # late ones have filled it


def test_a_later_heartbeat_begins_the_wait_anew_and_an_earlier_one_does_not(tmp_path: Path) -> None:
    judged = Judged(tmp_path)
    judged.hear(-60)
    judged.drafting.step(at(-60))
    judged.clock_s = 100.0
    judged.hear(-30)
    judged.drafting.step(at(-30))
    assert judged.registry.outages == {}
    judged.clock_s = 102.9
    judged.hear(-59)
    judged.drafting.step(at(-30))
    assert judged.registry.outages == {}
    judged.clock_s = 103.0
    judged.drafting.step(at(-30))
    assert judged.registry.outages == {at(-59): at(-30)}


def test_a_draft_that_late_heartbeats_fill_is_left_without_a_minute(tmp_path: Path) -> None:
    judged = Judged(tmp_path)
    judged.hear(-60, -59)
    judged.judge(-40)
    judged.hear(*range(-58, -39))  # what the cloud had kept while it was cut off
    assert judged.judge(-39) == {at(-59): at(-59) + 1}
    calls = judged.registry.calls
    judged.judge(-39)
    assert judged.registry.calls == calls


def test_a_draft_that_late_heartbeats_fill_in_part_gives_way_to_what_is_left(tmp_path: Path) -> None:
    judged = Judged(tmp_path)
    judged.hear(-60, -59)
    judged.judge(-40)
    judged.hear(-58, -57, -30)
    assert judged.judge(-30) == {at(-59): at(-59) + 1, at(-57): at(-30)}


def test_while_we_could_hear_nobody_no_feed_was_silent(tmp_path: Path) -> None:
    judged = Judged(tmp_path)
    judged.own_outages = [OwnOutage(at(-90), at(-80)), OwnOutage(at(-58), at(-30))]
    judged.hear(-60, -59, -28, -27)
    assert judged.judge(-27) == {}


def test_an_outage_of_ours_cuts_a_silence_and_one_that_goes_on_ends_it_for_now(tmp_path: Path) -> None:
    judged = Judged(tmp_path)
    judged.own_outages = [OwnOutage(at(-45), at(-40))]
    judged.hear(-60, -59, -20)
    drafted = {at(-59): at(-45), at(-40): at(-20)}
    assert judged.judge(-20) == drafted
    judged.own_outages.append(OwnOutage(at(-19), None))
    assert judged.judge(-1) == drafted


def test_the_registry_away_is_tried_again_and_a_refusal_is_left_alone(tmp_path: Path) -> None:
    judged = Judged(tmp_path)
    judged.hear(-60, -30)
    judged.registry.fails = Unavailable("registry")
    with pytest.raises(Unavailable):
        judged.judge(-30)
    judged.registry.fails = Rejected("refused_by_service", status=409)
    assert judged.judge(-30) == {}
    judged.registry.fails = None
    assert judged.judge(-30) == {}


@pytest.mark.parametrize("later", [[-30], list(range(-58, -29))], ids=["the feed is back", "late ones fill it"])
def test_a_draft_refused_while_the_silence_lasts_is_left_alone_whatever_comes(tmp_path: Path, later: list[int]) -> None:
    judged = Judged(tmp_path)
    judged.hear(-60, -59)
    judged.registry.fails = Rejected("refused_by_service", status=409)
    assert judged.judge(-50) == {}
    judged.registry.fails = None
    judged.hear(*later)
    assert (judged.judge(-29), judged.registry.calls) == ({}, 1)


@pytest.mark.parametrize("feed", [Feed("acme", "cloud", ["home-1"]), Feed("acme", "cloud", [], True, 60, False)])
def test_a_feed_of_one_dwelling_and_one_switched_off_are_not_judged(tmp_path: Path, feed: Feed) -> None:
    judged = Judged(tmp_path, {"acme/cloud": feed})
    judged.hear(-60, -30)
    assert judged.judge(-1) == {}
