"""Cities to test with: small ones, planned once."""

from datetime import date
from functools import cache
from typing import Any

from simulators.city import COLLECTIONS, LATE_COLLECTIONS, City
from simulators.messages import Message, pack
from simulators.plan import Wish, plan_city
from simulators.score import Manner, Score, compose
from simulators.stream import stream
from simulators.stream_record import SentRecord

BLANK: dict[str, Any] = {
    "from": "2026-11-16",
    "to": "2026-11-23",
    **{name: [] for name in COLLECTIONS + LATE_COLLECTIONS},
}
END = date(2026, 11, 22)  # a Sunday


def wish(seed: int = 7) -> Wish:
    return Wish(seed=seed, end=END, days=3, pilots=2, venues=2, dwellings=12)


@cache
def small_city() -> City:
    return plan_city(wish())


@cache
def demo_city() -> City:
    return plan_city(Wish(seed=7, end=END))


@cache
def long_city() -> City:
    """A city long enough for its disturbances."""
    return plan_city(Wish(seed=7, end=END, days=14, pilots=3, venues=6, dwellings=36, heartbeat_minutes=240))


@cache
def long_score() -> Score:
    return compose(long_city(), Manner())


@cache
def demo_stream() -> list[SentRecord]:
    return list(stream(demo_city()))


@cache
def demo_messages() -> list[Message]:
    return pack(demo_city(), demo_stream())
