"""What a receipt says (the telemetry contract, version 1): how many records of a message became what.

Example: ``{"accepted": 98, "parked": 1, "rejected": [{"index": 3, "reason": "bad_record", "field": "ts"}]}``; members
``dropped`` and ``not_accepted`` only where they say something.
"""

import json
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Receipt:
    """``rejected`` names index and reason of each record; the index is None if the whole message failed."""

    accepted: int
    parked: int
    dropped: int
    rejected: tuple[tuple[int | None, str], ...]
    not_accepted: dict[str, int]

    def check(self, records: int) -> None:
        """Have it account for so many records.

        :raises ValueError: if it does not
        """
        rejected = records if any(index is None for index, _ in self.rejected) else len(self.rejected)
        told = self.accepted + self.parked + self.dropped + rejected + sum(self.not_accepted.values())
        if told != records:
            raise ValueError(f"it accounts for {told} records of {records}: {self}")


def read_receipt(payload: bytes | bytearray) -> Receipt:
    """Take a receipt apart.

    :raises ValueError, KeyError, TypeError: if it is not one
    """
    said = json.loads(payload)
    return Receipt(
        accepted=int(said["accepted"]),
        parked=int(said["parked"]),
        dropped=int(said.get("dropped", 0)),
        rejected=tuple((item["index"], item["reason"]) for item in said["rejected"]),
        not_accepted={str(reason): int(count) for reason, count in said.get("not_accepted", {}).items()},
    )
