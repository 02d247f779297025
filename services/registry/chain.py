"""The hash chain of the change log; pure.

hash = SHA-256( previous_hash as ASCII hex ‖ RFC 8785 form of {sequence, time, actor, entity, id, version, before,
after} ), as hex; the first row's previous hash is 64 zeros. A chain does not see its tail cut off: compare its head.
"""

import hashlib
from collections.abc import Iterable
from typing import Any, NamedTuple

import rfc8785

from shared.contracts.registry import Change

FIRST = "0" * 64


class Head(NamedTuple):
    """The last row of a log: its sequence and hash."""

    sequence: int
    hash: str


EMPTY = Head(0, FIRST)


class Broken(Exception):
    """The chain does not hold; ``sequence`` is the first row at which it does not."""

    def __init__(self, sequence: int, why: str) -> None:
        super().__init__(f"change {sequence}: {why}")
        self.sequence = sequence


def hash_of(change: Change) -> str:
    """The hash a row of the log must carry."""
    row: dict[str, Any] = {
        "sequence": change.sequence,
        "time": change.time,
        "actor": change.actor,
        "entity": change.entity,
        "id": change.id,
        "version": change.version,
        "before": change.before,
        "after": change.after,
    }
    return hashlib.sha256(change.previous_hash.encode("ascii") + rfc8785.dumps(row)).hexdigest()


def verify(changes: Iterable[Change], after: Head = EMPTY) -> Head:
    """Check rows in the order of their sequence, beginning after ``after``.

    :returns: the head
    :raises Broken: at the first row that is missing, moved, or not what was hashed
    """
    head = after
    for change in changes:
        if change.sequence != head.sequence + 1:
            raise Broken(head.sequence + 1, f"is missing; the next row there is, is {change.sequence}")
        if change.previous_hash != head.hash:
            raise Broken(change.sequence, "does not follow from the row before it")
        if change.hash != hash_of(change):
            raise Broken(change.sequence, "is not what was hashed")
        head = Head(change.sequence, change.hash)
    return head
