"""A device is in one place at a time, and a place holds one device at a time; pure.

Bindings are half-open in civil days: one may end on the day the next begins.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from shared.contracts.registry import Binding


class Clash(NamedTuple):
    """A new binding that is in force together with another of the same device or in the same place."""

    position: int
    held: str  # the device, slot or installation that both have
    other: Binding


class _Span(NamedTuple):
    valid_from: date
    until: date
    position: int  # -1: registered already
    binding: Binding


def clashes(new: Sequence[tuple[int, Binding]], registered: Sequence[Binding]) -> Iterator[Clash]:
    """Every new binding that overlaps with one registered or with an earlier new one, with one of those it meets."""
    by_holder: dict[str, list[_Span]] = defaultdict(list)
    for position, binding in (*((-1, binding) for binding in registered), *new):
        span = _Span(binding.valid_from, binding.valid_to or date.max, position, binding)
        for holder in _holders(binding):
            by_holder[holder].append(span)
    for holder, spans in by_holder.items():
        for position, other in _overlaps(spans):
            yield Clash(position, holder.partition(" ")[2], other)


def _holders(binding: Binding) -> Iterator[str]:
    yield f"device {binding.vendor}/{binding.device}"
    if binding.slot is not None:
        yield f"slot {binding.slot}"
    if binding.installation is not None:
        yield f"installation {binding.installation}"


def _overlaps(spans: list[_Span]) -> Iterator[tuple[int, Binding]]:
    """Of each overlapping pair of neighbours in time, the newer and the binding it meets."""
    longest: _Span | None = None
    for span in sorted(spans, key=lambda span: (span.valid_from, span.position)):
        if longest is not None and span.valid_from < longest.until:
            newer, older = sorted((span, longest), key=lambda each: each.position, reverse=True)
            if newer.position >= 0:  # two that are registered already are not this request's doing
                yield newer.position, older.binding
        if longest is None or span.until > longest.until:
            longest = span
