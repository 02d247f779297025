"""A feed's heartbeats: decoded, and kept as spans, between which it was silent."""

import random
import tempfile
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from services.telemetry.adapters.sqlite_feeds import SqliteFeeds
from services.telemetry.heartbeats import Heard, silences
from services.telemetry.keeping import receipt
from tests.unit.telemetry.world import FEED, MINUTE_MS, NOW, AMessage, Spooled, beats, kept_of, outcome


def test_a_heartbeat_alone_or_in_an_array_is_the_feeds_and_no_record() -> None:
    for payload, count in ((b'{"ts": %d}' % NOW, 1), (b'[{"ts": %d}, {"ts": %d}]' % (NOW, NOW - 1), 2)):
        found = outcome(AMessage(FEED, payload, NOW))
        assert found.heartbeats is not None
        assert (found.heartbeats.vendor, found.heartbeats.feed, len(found.heartbeats.ts)) == ("acme", "cloud", count)
        assert receipt(found).accepted == count
        assert kept_of(AMessage(FEED, payload, NOW)).counts == {}


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
    (aside,) = outcome(AMessage(FEED, payload, NOW)).rejected
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


def test_before_its_first_heartbeat_a_feed_is_not_silent() -> None:
    assert silences([], MINUTE_MS, NOW) == []
    assert silences([Heard(NOW, NOW)], MINUTE_MS, NOW + MINUTE_MS) == []
