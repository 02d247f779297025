"""The journal over HTTP: ``GET /v1/journal?day=&site=&vendor=&device=``, JSON lines of accepted records.

First a :class:`Head`, then one :class:`JournalRecord` for every time an accepted record was received (one sent twice is
there twice), test records too, whatever the day of its receipt, in no order; last an :class:`End` that counts them: an
answer without it was cut off. ``day`` is the civil day of ``ts``; what still lies in a spool is included. What was
parked is told once it was accepted, with its first receipt. A record whose point a store refused later was accepted
all the same. ``device`` may be repeated (at most 500), and needs ``vendor``. Of an erased payload nothing is told but
how many there were. Example::

    {"head": {"day": "2026-11-22", "workers": {"telemetry-1": 4711}}}
    {"worker": "telemetry-1", "n": 41, "index": 0, "position": 3, "vendor": "acme", "feed": "gw-1", "site": "s1",
     "device": "lamp-1", "received_ms": 1764000000123, "record": {"kind": "heartbeat", "ts": 1764000000000}}
    {"end": 1, "erased": 0}
"""

from datetime import date

import msgspec

from shared.contracts.telemetry import Record

CONTENT_TYPE = "application/x-ndjson"


class Moment(msgspec.Struct, frozen=True):
    """What an answer covers: of each worker everything up to this batch."""

    day: date
    workers: dict[str, int]


class Head(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The first line."""

    head: Moment


class JournalRecord(msgspec.Struct, frozen=True):
    """One receipt of one accepted record; ``n``, ``index``, ``position``: batch, message in it, record in that.

    ``record`` has the contract's known fields only, with their defaults where absent.
    """

    worker: str
    n: int
    index: int
    position: int
    vendor: str
    feed: str
    site: str
    device: str
    received_ms: int
    record: Record


class End(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The last line: how many records came before it.

    ``erased`` counts messages of the site and vendor asked for, met on the way, whose payload is kept no more: their
    accepted records, of whatever day, are not told.
    """

    end: int
    erased: int = 0
