"""Visits that a venue counted by tickets or at the door, each with the uses that began in the same zone and time.

A count is of a day or of an hour of it (the contract's ``VenueCount``); the registry refuses to have both.
Source: policy 4.3, 7.2 and 7.5.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

from services.adoption.figures.begun import begun
from services.adoption.figures.city import City
from services.adoption.figures.counted import Row, Window
from services.adoption.figures.judging import VALID, Session
from services.adoption.figures.known import KnownFacts
from services.adoption.figures.scopes import Scope, VrPlace, holds_vr
from shared.contracts.civil_time import date_from_day, day_and_minute, minute_of
from shared.contracts.registry_city import VenueCount


class Visits(NamedTuple):
    """A count, and the uses V2 counts in its zone and time."""

    of: VenueCount
    uses: int

    @property
    def day(self) -> date:
        """Its civil day."""
        return _day_of(self.of)

    @property
    def more(self) -> int:
        """How many uses more than were counted; negative where fewer."""
        return self.uses - self.of.count

    def row(self, why: str, amount: int) -> Row:
        """It as a row, with the count's id and source."""
        name = f"{self.of.venue}/{self.of.zone}/{self.of.period}/{self.of.method}"
        return Row(why=why, amount=amount, day=self.day, site=self.of.venue, document=f"{name}: {self.of.source}")


class Matched(NamedTuple):
    """The counts of a scope and window, the sessions V2 counts, and those in whose zone and time nobody counted."""

    visits: list[Visits]
    sessions: list[Session]
    uncounted: list[Session]

    def sums(self) -> tuple[int, int]:
        """The uses where somebody counted, and the count."""
        return sum(one.uses for one in self.visits), sum(one.of.count for one in self.visits)


def match(city: City, facts: KnownFacts, scope: Scope, window: Window, method: str) -> Matched:
    """The counts made by a method, with their uses; of vendors and devices, of which nobody counts visits, none."""
    counts = {_key(one.venue, one.zone, one.period): one for one in _counts(city, scope, window, method)}
    sessions = [one for one in begun(city, facts, scope, window) if one.why == VALID]
    uses = dict.fromkeys(counts, 0)
    uncounted = []
    for session in sessions:
        key = next((key for key in _times(session) if key in uses), None)
        if key is None:
            uncounted.append(session)
        else:
            uses[key] += session.headcount
    return Matched([Visits(counts[key], uses[key]) for key in counts], sessions, uncounted)


def _counts(city: City, scope: Scope, window: Window, method: str) -> Iterator[VenueCount]:
    for one in city.entities.venue_counts.values():
        in_window = window.start <= _day_of(one) < window.end
        if one.method == method and in_window and holds_vr(scope, city, VrPlace("", "", one.venue, None)):
            yield one


def _day_of(count: VenueCount) -> date:
    return date.fromisoformat(count.period.partition("T")[0])


def _key(venue: str, zone: str, period: str) -> str:
    return f"{venue}/{zone}/{period}"


def _times(session: Session) -> Iterable[str]:
    day, minute = day_and_minute(minute_of(session.run.start))
    place, date_ = session.installation, date_from_day(day)
    if place is None:
        return ()
    return _key(place.venue, place.zone, f"{date_}"), _key(place.venue, place.zone, f"{date_}T{minute // 60:02d}")
