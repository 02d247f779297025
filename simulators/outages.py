"""Times in which a feed sends nothing: planned ones (``disturbances`` of the city), and those asked for by option.

What its devices say in that time is lost, or sent afterwards. Other messages that would go out then go out afterwards.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from simulators.city import City
from simulators.civil import HOUR_MS, start_ms
from simulators.messages import Message
from simulators.stream_record import SentRecord

_FORM = re.compile(r"([a-z0-9-]+\.[a-z0-9-]+):(\d{4}-\d\d-\d\d|\d+):(\d+)-(\d+)(:late)?")


@dataclass(frozen=True, slots=True)
class Outage:
    """A feed (``vendor.feed``) sends nothing in [from_ms, to_ms); ``late``: what it kept comes afterwards."""

    user: str
    from_ms: int
    to_ms: int
    late: bool = False

    def holds(self, user: str, ts_ms: int) -> bool:
        """Whether the feed is silent at that time."""
        return user == self.user and self.from_ms <= ts_ms < self.to_ms


def read_outage(text: str, city: City) -> Outage:
    """An outage from ``bailu.cloud:2026-11-18:8-14``; the day may be its number, from 1; ``:late`` after it.

    :raises ValueError: if it is of another form, or the city has no such feed or day
    """
    found = _FORM.fullmatch(text)
    if found is None:
        raise ValueError(f"not an outage like vendor.feed:2026-11-18:8-14 or vendor.feed:3:8-14:late: {text}")
    user, day, opens, closes, late = found.groups()
    first = city.first_day + timedelta(days=int(day) - 1) if day.isdigit() else date.fromisoformat(day)
    if user not in {f"{feed['vendor']}.{feed['feed']}" for feed in city.collections["feeds"]}:
        raise ValueError(f"the city has no feed {user}")
    if not city.first_day <= first < city.until or not int(opens) < int(closes) <= 24:
        raise ValueError(f"not hours of one of the city's days, {city.first_day} to before {city.until}: {text}")
    midnight = start_ms(first)
    return Outage(user, midnight + int(opens) * HOUR_MS, midnight + int(closes) * HOUR_MS, late is not None)


def planned_outages(city: City) -> list[Outage]:
    """The outages among the city's disturbances."""
    return [
        Outage(f"{row['vendor']}.{row['feed']}", row["from_ms"], row["to_ms"])
        for row in city.disturbances
        if row["kind"] == "vendor_outage"
    ]


def without_lost(records: Iterable[SentRecord], outages: list[Outage]) -> list[SentRecord]:
    """The records that are sent at all."""
    lossy = {outage.user: [o for o in outages if o.user == outage.user and not o.late] for outage in outages}
    return [
        sent
        for sent in records
        if not any(o.from_ms <= sent.at_ms < o.to_ms for o in lossy.get(f"{sent.vendor}.{sent.feed}", ()))
    ]


def delayed(messages: list[Message], outages: list[Outage]) -> list[Message]:
    """The messages, those that an outage holds up due when it ends."""
    for outage in sorted(outages, key=lambda o: o.from_ms):
        messages = [replace(m, due_ms=outage.to_ms) if outage.holds(m.user, m.due_ms) else m for m in messages]
    return messages
