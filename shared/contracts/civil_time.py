"""Civil days and minutes of Asia/Shanghai.

China has kept UTC+08:00 without daylight saving since 1991, and no record we accept is older, so a constant
replaces the time-zone data base on the hot path (a test compares it with zoneinfo).
A *day* is a whole number: days since 1970-01-01, as ``date.toordinal() - EPOCH``.
"""

from datetime import UTC, date, datetime

OFFSET_MS = 8 * 3600 * 1000
DAY_MS = 86_400_000
MINUTE_MS = 60_000
MINUTES_PER_DAY = 1440
_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()


def day_of(ts_ms: int) -> int:
    """The civil day in which epoch milliseconds ``ts_ms`` lie."""
    return (ts_ms + OFFSET_MS) // DAY_MS


def minute_of(ts_ms: int) -> int:
    """The epoch minute (UTC minutes since 1970) in which ``ts_ms`` lies."""
    return ts_ms // MINUTE_MS


def day_and_minute(epoch_minute: int) -> tuple[int, int]:
    """The civil day and the minute of that day (0–1439) of an epoch minute."""
    return divmod(epoch_minute + OFFSET_MS // MINUTE_MS, MINUTES_PER_DAY)


def start_of(day: int) -> int:
    """Epoch milliseconds of the first instant of a civil day."""
    return day * DAY_MS - OFFSET_MS


def day_from_date(value: date) -> int:
    """The day number of a calendar date."""
    return value.toordinal() - _EPOCH_ORDINAL


def date_from_day(day: int) -> date:
    """The calendar date of a day number."""
    return date.fromordinal(day + _EPOCH_ORDINAL)


def rfc3339(ts_ms: int) -> str:
    """Epoch milliseconds as RFC 3339 in UTC with milliseconds: ``2026-11-23T04:05:06.007Z``."""
    return datetime.fromtimestamp(ts_ms // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S") + f".{ts_ms % 1000:03d}Z"


def ms_from_rfc3339(text: str) -> int:
    """The inverse of :func:`rfc3339`.

    :raises ValueError: if ``text`` is not RFC 3339 with an offset
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"no UTC offset: {text}")
    whole = moment.replace(microsecond=0)
    return int(whole.timestamp()) * 1000 + moment.microsecond // 1000
