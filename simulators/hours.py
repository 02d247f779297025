"""The opening hours of an installation's zone over the city's days."""

from collections.abc import Iterator
from datetime import date

from simulators.city import City, Row
from simulators.civil import days_between, span_ms


def opening_hours(city: City, place: str) -> Iterator[tuple[int, int]]:
    """Each opening of the zone that ``place`` (``venue/zone/installation``) lies in: half-open, epoch milliseconds."""
    venue, code, _ = place.split("/")
    zone = next(z for z in city.collections["zones"] if (z["venue"], z["code"]) == (venue, code))
    for day in days_between(city.first_day, city.until):
        for opens, closes in _spans(zone["calendars"], day):
            yield span_ms(day, opens, closes)


def _spans(calendars: list[Row], day: date) -> list[list[str]]:
    in_force = [calendar for calendar in calendars if calendar["valid_from"] <= day.isoformat()]
    if not in_force or day.isoformat() in in_force[-1].get("closed", []):
        return []
    calendar = in_force[-1]
    weekday = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")[day.weekday()]
    spans: list[list[str]] = calendar.get("extra", {}).get(day.isoformat(), calendar["weekly"].get(weekday, []))
    return spans
