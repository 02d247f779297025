"""What the registry publishes of amendments: edits of what was approved, until and after another person decides."""

from datetime import date
from typing import Any

import msgspec


class FieldChange(msgspec.Struct, frozen=True):
    """One field of an entity, as it was and as it is to be; values as they stand in JSON."""

    field: str
    before: Any
    after: Any


class Amendment(msgspec.Struct, frozen=True):
    """修改申请: an edit of something approved. Id: ``{entity}/{of}/{number}``; numbers of one thing have no gap.

    PENDING beside the version in force until another person decides: APPROVED, REJECTED; or WITHDRAWN. Approved, it is
    version ``made_version`` of what it amends, and holds from the civil day ``effective_from`` (absent: from the
    decision's own day).
    """

    entity: str
    of: str
    number: int
    changes: list[FieldChange]
    reason: str
    proposed_by: str
    district: str
    effective_from: date | None = None
    state: str = "PENDING"
    decided_by: str | None = None
    decision_reason: str | None = None
    made_version: int | None = None
