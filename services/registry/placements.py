"""One at a time: a device is in one place, a place holds one device, a dwelling one tenancy; pure.

What is in force from a civil day until another is half-open: one may end on the day the next begins.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple

from shared.contracts.registry import Binding
from shared.contracts.registry_devices import DeviceAlias
from shared.contracts.registry_evidence import FeedBinding, Tenancy

Dated = Binding | FeedBinding | Tenancy | DeviceAlias


class Clash(NamedTuple):
    """A new one that is in force together with another that holds the same."""

    position: int  # among the new ones
    other: Dated


class _Span(NamedTuple):
    valid_from: date
    until: date
    position: int  # -1: registered already
    row: Dated


def together(one: Dated, other: Dated) -> bool:
    """Whether there is a day on which both are in force."""
    return one.valid_from < (other.valid_to or date.max) and other.valid_from < (one.valid_to or date.max)


def clashes(fields: tuple[str, ...], new: Sequence[Dated], registered: Sequence[Dated]) -> Iterator[Clash]:
    """What begins while another with the same ``fields`` is in force: of the two the newer, and the one it meets.

    There is a clash exactly if a new one meets one that is registered or another new one. Sorted, not compared each
    with each.
    """
    by_holder: dict[tuple[Any, ...], list[_Span]] = defaultdict(list)
    for position, row in (*((-1, row) for row in registered), *enumerate(new)):
        by_holder[tuple(getattr(row, name) for name in fields)].append(
            _Span(row.valid_from, row.valid_to or date.max, position, row)
        )
    for spans in by_holder.values():
        yield from _overlaps(spans)


def _overlaps(spans: list[_Span]) -> Iterator[Clash]:
    longest: _Span | None = None
    for span in sorted(spans, key=lambda span: (span.valid_from, span.position)):
        if longest is not None and span.valid_from < longest.until:
            newer, older = sorted((span, longest), key=lambda each: each.position, reverse=True)
            if newer.position >= 0:  # two that are registered already are not this request's doing
                yield Clash(newer.position, older.row)
        if longest is None or span.until > longest.until:
            longest = span
