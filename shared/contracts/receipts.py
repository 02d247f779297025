"""What a feed that names an MQTT 5 Response Topic is told, once its message is durable.

Example: ``{"accepted": 98, "parked": 1, "rejected": [{"index": 3, "reason": "bad_record", "field": "ts"}]}``.
``index`` is null where the whole message failed. Two members stand only where they say something: ``dropped``, records
of dwellings that refused (kept nowhere), and ``not_accepted``, records by reason that were not kept and may be sent
again later: ``"not_accepted": {"parking_full": 2}``. Every record of a message is in exactly one of them.
"""

from typing import Annotated, Literal, get_args

import msgspec

ParkedReason = Literal["unknown_site", "unknown_device"]
RejectedReason = Literal[
    "bad_topic", "too_large", "not_json", "bad_record", "future_ts", "too_old", "conflict", "refused_by_store"
]
NotAcceptedReason = Literal["rate_limited", "parking_full"]
# Later versions may name more: whoever reads a receipt must bear a reason he does not know.
_REASONS = {"enum": list(get_args(RejectedReason)), "x-extensible": True}


class RejectedRecord(msgspec.Struct, frozen=True, omit_defaults=True):
    """One record, or the whole message where ``index`` is None, that only the vendor can mend."""

    index: int | None
    reason: Annotated[str, msgspec.Meta(extra_json_schema=_REASONS)]
    field: str | None = None


class Receipt(msgspec.Struct, frozen=True, omit_defaults=True):
    """The outcome of one message, in records."""

    accepted: int
    parked: int
    rejected: list[RejectedRecord]
    dropped: int = 0
    not_accepted: dict[NotAcceptedReason, int] = {}
