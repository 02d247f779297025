"""The ledger's counts, per vendor and civil day. Pure.

What is counted: ``received`` every record, ``accepted``, ``rejected:{reason}``, ``parked:{reason}``,
``dropped:{reason}``, ``not_accepted:{reason}``, ``expired`` (parked too long); the spool adds ``written``, what went
to InfluxDB. received = accepted + rejected + parked + dropped + not_accepted + expired (a message that failed is one).
"""

from collections import Counter
from collections.abc import Iterable, Sequence

from services.telemetry.model import Outcome, SetAside
from shared.contracts.civil_time import DAY_MS, OFFSET_MS

RECEIVED, ACCEPTED, WRITTEN, REJECTED, PARKED = "received", "accepted", "written", "rejected:", "parked:"
DROPPED, NOT_ACCEPTED, EXPIRED = "dropped:", "not_accepted:", "expired"
NO_CONSENT = "no_consent"
MISSING = "missing"  # seq gaps; no part of the sum


def count_received(outcomes: Sequence[Outcome]) -> Counter[tuple[str, int, str]]:
    """What a batch adds to the ledger."""
    counts = _count_outcomes(outcomes)
    for (vendor, day, _), count in list(counts.items()):
        counts[vendor, day, RECEIVED] += count
    return counts


def count_replayed(was: Iterable[tuple[str, SetAside]], outcomes: Sequence[Outcome]) -> Counter[tuple[str, int, str]]:
    """What a replay moves in the ledger: out of parked (``was``, with its vendor), into what its records became."""
    counts = _count_outcomes(outcomes)
    for vendor, aside in was:
        counts[vendor, aside.day, PARKED + aside.reason] -= 1
    return counts


def count_expired(were: Iterable[tuple[str, SetAside]]) -> Counter[tuple[str, int, str]]:
    """What an expiry moves in the ledger: out of parked, each with its vendor."""
    counts: Counter[tuple[str, int, str]] = Counter()
    for vendor, aside in were:
        counts[vendor, aside.day, PARKED + aside.reason] -= 1
        counts[vendor, aside.day, EXPIRED] += 1
    return counts


def _count_outcomes(outcomes: Sequence[Outcome]) -> Counter[tuple[str, int, str]]:
    counts: Counter[tuple[str, int, str]] = Counter()
    for outcome in outcomes:
        vendor = outcome.vendor
        days = [(record.ts + OFFSET_MS) // DAY_MS for _, record in outcome.accepted]  # day_of, without a call each
        for day, count in Counter(days).items() if len(days) > 1 else [(day, 1) for day in days]:
            counts[vendor, day, ACCEPTED] += count
        for aside in outcome.rejected:
            counts[vendor, aside.day, REJECTED + aside.reason] += 1
        for aside in outcome.parked:
            counts[vendor, aside.day, PARKED + aside.reason] += 1
        for _, day in outcome.dropped:
            counts[vendor, day, DROPPED + NO_CONSENT] += 1
        for aside in outcome.not_accepted:
            counts[vendor, aside.day, NOT_ACCEPTED + aside.reason] += 1
    return counts
