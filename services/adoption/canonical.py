"""The canonical strips of one device-day: what they are as known on each day, from all its receipts and voids. Pure.

The state as known on D is the OR of the bits of the receipts that count on D: known by then, not withdrawn by a void
known by then, and of the greatest content among those of its identity known by then. In order of the days on which
anything became known, a row adds what came; a day that takes bits away closes all rows and one row holds what is left.
Without voids and conflicts these are the very rows that folding writes, so a refold of such a day changes nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from services.adoption import strips
from services.adoption.facts import OPEN, STRIP_NAMES, days_touched

# The five strips of a day side by side in one integer, so that union and containment are one operation.
Bits = int
Identity = tuple[str, int, int]  # kind, ts, seq: of the records of one device


class Content(NamedTuple):
    """One content of an identity; ``known``: the civil days on which receipts of it became known."""

    digest: bytes
    bits: Bits
    known: frozenset[int]


class Withdrawal(NamedTuple):
    """One content of a void; of several of one void (``ts``, ``seq``) the greatest known holds."""

    ts: int
    seq: int
    digest: bytes
    known: int
    target: Identity


class StripRow(NamedTuple):
    """A stored row of a device-day: part of the state where ``known <= D < until``."""

    known: int
    until: int
    marks: tuple[int, ...]


def packed(strip: int, minutes: int) -> Bits:
    """The minutes of one strip."""
    return minutes << strip * strips.MINUTES


def unpacked(bits: Bits) -> tuple[int, ...]:
    """The five strips."""
    return tuple(bits >> strip * strips.MINUTES & strips.FULL for strip in range(len(STRIP_NAMES)))


def is_settled(day: int, records: Mapping[Identity, Sequence[Content]], withdrawals: Iterable[Withdrawal]) -> bool:
    """Whether nothing takes bits away: neither a second content nor a void, be its record there already or not."""
    if any(len(contents) > 1 for contents in records.values()):
        return False
    return not any(day in days_touched(kind, ts) for kind, ts, _ in (found.target for found in withdrawals))


def canonical(records: Mapping[Identity, Sequence[Content]], withdrawals: Sequence[Withdrawal]) -> list[StripRow]:
    """The rows of a device-day, in order of *known*; no two hold the same (known, until).

    :param withdrawals: every content of every void of the device, whatever it withdraws
    """
    targets = {withdrawal.target for withdrawal in withdrawals}
    plain: dict[int, Bits] = {}
    moving: dict[Identity, Sequence[Content]] = {}
    days = {withdrawal.known for withdrawal in withdrawals}
    for identity, contents in records.items():
        days.update(*(content.known for content in contents))
        if len(contents) > 1 or identity in targets:
            moving[identity] = contents
            continue
        for known in contents[0].known:
            plain[known] = plain.get(known, 0) | contents[0].bits
    rows: list[StripRow] = []
    settled = before = 0
    for day in sorted(days):
        new = plain.get(day, 0)
        settled |= new
        counting = _counting(moving, withdrawn_on(withdrawals, day), day)
        state = settled
        for content in counting:
            state |= content.bits
            new |= content.bits if day in content.known else 0
        rows = _and_then(rows, day, before, state, new)
        before = state
    return rows


def withdrawn_on(withdrawals: Sequence[Withdrawal], day: int) -> set[Identity]:
    """The identities that voids known by a day withdraw."""
    holding: dict[tuple[int, int], Withdrawal] = {}
    for withdrawal in withdrawals:
        void = withdrawal.ts, withdrawal.seq
        if withdrawal.known <= day and (void not in holding or withdrawal.digest > holding[void].digest):
            holding[void] = withdrawal
    return {withdrawal.target for withdrawal in holding.values()}


def _counting(moving: Mapping[Identity, Sequence[Content]], withdrawn: set[Identity], day: int) -> list[Content]:
    found = []
    for identity, contents in moving.items():
        known = [content for content in contents if min(content.known) <= day]
        if known and identity not in withdrawn:
            found.append(max(known, key=lambda content: content.digest))
    return found


def _and_then(rows: list[StripRow], day: int, before: Bits, state: Bits, new: Bits) -> list[StripRow]:
    if before & ~state:
        rows = [row._replace(until=day) if row.until == OPEN else row for row in rows]
        added = state
    else:
        # what a void had taken, and a greater void of the same identity gives back, came earlier but counts from today
        added = new | state & ~before
    return [*rows, StripRow(day, OPEN, unpacked(added))] if added else rows
