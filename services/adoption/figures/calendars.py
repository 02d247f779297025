"""Opening calendars as strips: the minutes of a civil day in which a zone is open.

A city-wide closure (the contract's ``Closure``) closes every calendar of the districts it covers, whatever the hours.
"""

from collections.abc import Iterable
from datetime import date

from services.adoption import strips
from shared.contracts.registry import Calendar
from shared.contracts.registry_city import Closure

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def in_force(calendars: Iterable[Calendar], day: date) -> Calendar | None:
    """The calendar in force on a day: the last that began by then; None before the first."""
    begun = [calendar for calendar in calendars if calendar.valid_from <= day]
    return max(begun, key=lambda calendar: calendar.valid_from) if begun else None


def closed_by(closures: Iterable[Closure], day: date) -> list[Closure]:
    """Those of a venue's closures in which a day lies."""
    return [closure for closure in closures if closure.valid_from <= day < closure.valid_to]


def open_minutes(calendar: Calendar, closures: Iterable[Closure], day: date) -> int:
    """The strip of a day's opening hours, of a zone whose venue has these ``closures``.

    A closed date is closed even where it has hours of its own.
    """
    if day in calendar.closed or closed_by(closures, day):
        return strips.EMPTY
    hours = calendar.extra.get(day, calendar.weekly.get(_WEEKDAYS[day.weekday()], []))
    strip = strips.EMPTY
    for opens, closes in hours:
        strip |= strips.between(_minute(opens), _minute(closes))
    return strip


def _minute(text: str) -> int:
    hour, minute = text.split(":")
    return int(hour) * 60 + int(minute)
