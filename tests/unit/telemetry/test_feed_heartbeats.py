"""A feed's heartbeats: decoded, kept as spans, and its silences told to the registry once and rightly."""

import json
import random
import tempfile
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.telemetry.adapters.sqlite_feeds import SqliteFeeds
from services.telemetry.drafting import Drafting
from services.telemetry.heartbeats import Heard, silences
from services.telemetry.keeping import receipt
from services.telemetry.listening import OwnOutage
from shared.contracts.registry import Feed
from shared.failures import Rejected, Unavailable
from tests.unit.telemetry.world import NOW, AMessage, Spooled, kept_of, outcome

MINUTE_MS = 60_000
TOPIC = "feeds/v1/acme/cloud"
CLOUD = {"acme/cloud": Feed("acme", "cloud", ["home-1"], vendor_cloud=True)}


def beats(*minutes: float) -> AMessage:
    return AMessage(TOPIC, json.dumps([{"ts": int(NOW + minute * MINUTE_MS)} for minute in minutes]).encode(), NOW)


def test_a_heartbeat_alone_or_in_an_array_is_the_feeds_and_no_record() -> None:
    for payload, count in ((b'{"ts": %d}' % NOW, 1), (b'[{"ts": %d}, {"ts": %d}]' % (NOW, NOW - 1), 2)):
        found = outcome(AMessage(TOPIC, payload, NOW))
        assert found.heartbeats is not None
        assert (found.heartbeats.vendor, found.heartbeats.feed, len(found.heartbeats.ts)) == ("acme", "cloud", count)
        assert receipt(found).accepted == count
        assert kept_of(AMessage(TOPIC, payload, NOW)).counts == {}


@pytest.mark.parametrize(
    ("payload", "index", "reason", "field"),
    [
        (b'{"ts": "x"}', 0, "bad_record", "ts"),
        (b"[{}]", 0, "bad_record", "ts"),
        (b"nonsense", None, "not_json", None),
        (b'{"ts": %d}' % (NOW + 6 * MINUTE_MS), 0, "future_ts", None),
        (b'{"ts": %d}' % (NOW - 121 * 86_400_000), 0, "too_old", None),
    ],
)
def test_a_bad_heartbeat_is_rejected_with_its_reason(payload: bytes, index: Any, reason: str, field: Any) -> None:
    (aside,) = outcome(AMessage(TOPIC, payload, NOW)).rejected
    assert (aside.position, aside.reason, aside.field) == (index, reason, field)


def silent_minutes(came: list[int], pause: int) -> list[tuple[int, int]]:
    """The pairs of neighbours that lie further apart than the pause, by a plain loop."""
    ordered = sorted(set(came))
    return [(one, other) for one, other in pairwise(ordered) if other - one > pause]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(-500, 0), min_size=1, max_size=60), st.randoms(use_true_random=False))
def test_spans_are_the_same_in_whatever_order_heartbeats_come(came: list[int], chance: random.Random) -> None:
    with tempfile.TemporaryDirectory() as folder:
        spool = Spooled(Path(folder) / "spool.db")
        sent = [*came, *came[:5]]
        chance.shuffle(sent)
        for start in range(0, len(sent), 7):
            spool.taking_in.keep(kept_of(beats(*sent[start : start + 7])))
        heard = SqliteFeeds(spool.file).heard()["acme", "cloud"]
        found = silences(heard, 3 * MINUTE_MS, None)
        assert [((one - NOW) // MINUTE_MS, (other - NOW) // MINUTE_MS) for one, other in found if other] == (
            silent_minutes(came, 3)
        )


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


@pytest.mark.parametrize("feed", [Feed("acme", "cloud", ["home-1"]), Feed("acme", "cloud", [], True, 60, False)])
def test_a_feed_of_one_dwelling_and_one_switched_off_are_not_judged(tmp_path: Path, feed: Feed) -> None:
    judged = Judged(tmp_path, {"acme/cloud": feed})
    judged.hear(-60, -30)
    assert judged.judge(-1) == {}


def test_before_its_first_heartbeat_a_feed_is_not_silent() -> None:
    assert silences([], MINUTE_MS, NOW) == []
    assert silences([Heard(NOW, NOW)], MINUTE_MS, NOW + MINUTE_MS) == []
