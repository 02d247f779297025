"""Civil days of Shenzhen: UTC+08:00 all year."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta, timezone

SHENZHEN = timezone(timedelta(hours=8))
SECOND_MS = 1_000
MINUTE_MS = 60 * SECOND_MS
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS


def start_ms(day: date) -> int:
    """Epoch milliseconds of a civil day's first instant."""
    return int(datetime(day.year, day.month, day.day, tzinfo=SHENZHEN).timestamp()) * 1000


def day_of(ts_ms: int) -> date:
    """The civil day in which epoch milliseconds lie."""
    return datetime.fromtimestamp(ts_ms // 1000, SHENZHEN).date()


def days_between(first: date, until: date) -> Iterator[date]:
    """The civil days of the half-open window [first, until)."""
    day = first
    while day < until:
        yield day
        day += timedelta(days=1)


def span_ms(day: date, opens: str, closes: str) -> tuple[int, int]:
    """Epoch milliseconds of ``["09:00", "24:00"]`` on a day, half-open."""
    return start_ms(day) + _clock_ms(opens), start_ms(day) + _clock_ms(closes)


def _clock_ms(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * HOUR_MS + int(minutes) * MINUTE_MS
