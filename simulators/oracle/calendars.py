"""Opening hours of a zone, day by day, from the calendar then in force."""

from datetime import datetime

from simulators.oracle import Json
from simulators.oracle.lines import SHENZHEN

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Span = tuple[int, int]


def hours(zone: Json, day: str) -> list[list[str]]:
    """The zone's opening hours on a civil day, as ``[["09:00", "24:00"], …]``."""
    calendar = None
    for candidate in zone["calendars"]:
        if candidate["valid_from"] <= day and (calendar is None or candidate["valid_from"] > calendar["valid_from"]):
            calendar = candidate
    if calendar is None or day in calendar.get("closed", []):
        return []
    weekday = WEEKDAYS[datetime.fromisoformat(day).weekday()]
    found: list[list[str]] = calendar.get("extra", {}).get(day, calendar["weekly"].get(weekday, []))
    return found


def is_open(zone: Json, ts_ms: int) -> bool:
    """Whether the second lies in the opening hours of its day."""
    moment = datetime.fromtimestamp(ts_ms // 1000, SHENZHEN)
    # Text compares like time here, and "24:00" is after every time of the day.
    return any(opens <= moment.strftime("%H:%M") < closes for opens, closes in hours(zone, moment.date().isoformat()))


def spans_ms(zone: Json, day: str) -> list[Span]:
    """The opening hours of a day in epoch milliseconds, half-open."""
    midnight = int(datetime.fromisoformat(day).replace(tzinfo=SHENZHEN).timestamp()) * 1000
    return [(midnight + _ms(opens), midnight + _ms(closes)) for opens, closes in hours(zone, day)]


def zone_of(city: Json, installation: Json) -> Json:
    """The zone in which the installation stands."""
    for zone in city["zones"]:
        if (zone["venue"], zone["code"]) == (installation["venue"], installation["zone"]):
            found: Json = zone
            return found
    raise ValueError(f"no zone {installation['zone']} at {installation['venue']}")


def _ms(clock: str) -> int:
    hour, minute = clock.split(":")
    return (int(hour) * 60 + int(minute)) * 60_000
