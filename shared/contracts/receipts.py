"""What a feed that names an MQTT 5 Response Topic is told, once its message is durable.

Example: ``{"accepted": 98, "parked": 1, "rejected": [{"index": 3, "reason": "bad_record", "field": "ts"}]}``.
``index`` is null where the whole message failed.
"""

from typing import Literal

import msgspec

ParkedReason = Literal["unknown_site", "unknown_device"]
RejectedReason = Literal[
    "bad_topic", "too_large", "not_json", "bad_record", "future_ts", "too_old", "conflict", "refused_by_store"
]


class RejectedRecord(msgspec.Struct, frozen=True, omit_defaults=True):
    """One record, or the whole message where ``index`` is None, that only the vendor can mend."""

    index: int | None
    reason: str
    field: str | None = None


class Receipt(msgspec.Struct, frozen=True):
    """The outcome of one message, in records."""

    accepted: int
    parked: int
    rejected: list[RejectedRecord]
