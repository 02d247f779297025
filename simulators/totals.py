"""What a play tells of itself when it ends."""

from collections import Counter, defaultdict
from collections.abc import Iterable

from simulators.city import Row
from simulators.civil import day_of
from simulators.flaws import REASONS
from simulators.messages import Message
from simulators.outbox import Tally
from simulators.score import Score, unexpected
from simulators.stream_record import SentRecord


def totals(score: Score, repeat: int, tally: Tally, missing: list[Message], took_s: float) -> Row:
    """Records, messages, receipts, what the broker did, and what is missing; as JSON."""
    latency = sorted(tally.latency_s)
    return {
        "records": _records(score.records),
        "bad": _bad(score.flaws.count),
        "messages": {
            "distinct": score.distinct_messages,
            "repeats": score.distinct_messages * (repeat - 1),
            "feed_heartbeats": sum(not message.receipt for message in score.messages),
            "feed_heartbeats_unheard": tally.unheard,
            "published": tally.published,
            "sent_again": tally.sent_again,
        },
        "receipts": {
            "messages": tally.receipts,
            "again": tally.receipts_again,
            "accepted": tally.accepted,
            "parked": tally.parked,
            "dropped": tally.dropped,
            "not_accepted": count(tally.not_accepted.elements()),
            "rejected": count(tally.rejected.elements()),
            "rejected_unexpectedly": count(
                f"{site}: {reason}" for site, reason in unexpected(score, tally.rejected_records)
            ),
        },
        "broker": {
            "connections": tally.connections,
            "connections_lost": tally.connections_lost,
            "no_subscriber": tally.no_subscriber,
            "refused": count(tally.refused.elements()),
        },
        "missing": count(message.topic for message in missing),
        "problems": {what: sorted(users) for what, users in sorted(tally.problems.items())},
        "took_s": round(took_s, 3),
        "receipt_ms": {
            "p50": round(latency[len(latency) // 2] * 1000) if latency else None,
            "p99": round(latency[len(latency) * 99 // 100] * 1000) if latency else None,
        },
    }


def count(items: Iterable[str]) -> dict[str, int]:
    """How often each occurs, by name."""
    return dict(sorted(Counter(items).items()))


def _records(records: list[SentRecord]) -> Row:
    return {
        "distinct": len(records),
        "test": sum(bool(sent.record.get("test")) for sent in records),
        "outcome": count(sent.outcome for sent in records if sent.outcome),
        "by_kind": count(sent.record["kind"] for sent in records),
        "by_site": count(sent.site for sent in records),
        "by_vendor_day": _by_vendor_day(records),
    }


def _bad(flaws: Counter[tuple[str, str]]) -> Row:
    by_reason: dict[str, Counter[str]] = defaultdict(Counter)
    for vendor, flaw in flaws.elements():
        by_reason[vendor][REASONS[flaw]] += 1
    return {
        "records": flaws.total(),
        "by_flaw": count(flaw for _, flaw in flaws.elements()),
        "by_reason": count(REASONS[flaw] for _, flaw in flaws.elements()),
        "by_vendor": count(vendor for vendor, _ in flaws.elements()),
        "by_vendor_reason": {vendor: dict(sorted(reasons.items())) for vendor, reasons in sorted(by_reason.items())},
    }


def _by_vendor_day(records: list[SentRecord]) -> dict[str, dict[str, int]]:
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for sent in records:
        counts[sent.vendor][day_of(sent.record["ts"]).isoformat()] += 1
    return {vendor: dict(sorted(days.items())) for vendor, days in sorted(counts.items())}
