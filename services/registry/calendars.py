"""Opening calendars: hours are half-open, in order and apart; pure.

``[["09:00", "12:00"], ["12:00", "17:30"]]``: open from the first minute to just before the second, ``24:00`` is the end
of the day. What lasts past midnight is written as two: until ``24:00``, and from ``00:00`` of the next day.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Any

from services.registry.refusal import Complaint

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
TIME_PATTERN = r"^(?:(?:[01][0-9]|2[0-3]):[0-5][0-9]|24:00)$(?!\n)"


def hours_complaints(hours: Sequence[Sequence[str]]) -> dict[int, list[Complaint]]:
    """What is wrong with one day's hours, by the position of the interval; times are already HH:MM."""
    found: dict[int, list[Complaint]] = {}
    closed_at = "00:00"
    for position, (opens, closes) in enumerate(hours):
        if opens >= closes:
            found[position] = [Complaint("rule.hours_ends_first", {"opens": opens, "closes": closes})]
        elif opens < closed_at:
            found[position] = [Complaint("rule.hours_overlap", {"opens": opens, "before": closed_at})]
        closed_at = max(closed_at, closes)
    return found


def exception_complaints(closed: Sequence[date], extra: Mapping[date, Any]) -> list[Complaint]:
    """What is wrong with the single dates of a calendar: a date is closed or has hours of its own, not both."""
    return [Complaint("rule.closed_and_extra", {"day": day}) for day in sorted(set(closed) & extra.keys())]


def succession_complaints(valid_from: Sequence[date]) -> dict[int, list[Complaint]]:
    """What is wrong with the order of a zone's calendars: each is in force from its date until the next one's."""
    return {
        position: [Complaint("rule.calendar_order", {"day": later, "before": earlier})]
        for position, (earlier, later) in enumerate(pairwise(valid_from), start=1)
        if later <= earlier
    }
