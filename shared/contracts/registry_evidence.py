"""What the registry publishes beside sites and devices: the papers figures stand on, who lives where, what was silent.

The rows of the change feed; :mod:`shared.contracts.registry` has the others, and the feed itself.
"""

from datetime import date

import msgspec


class Selection(msgspec.Struct, frozen=True):
    """试点入选文件, by which a pilot is selected. Id: ``{pilot}/{code}``. It counts once another person verified it."""

    pilot: str
    code: str
    document_no: str
    title: str
    issued_on: date
    sha256: str
    recorded_by: str
    verified_by: str | None = None
    withdrawn_on: date | None = None


class LegalBasis(msgspec.Struct, frozen=True):
    """个人信息处理依据 (PIPL art. 13) of a pilot's occupancy data. Id: ``{pilot}/{code}``. In force once verified."""

    pilot: str
    code: str
    basis: str
    document_no: str
    title: str
    sha256: str
    valid_from: date
    recorded_by: str
    valid_to: date | None = None
    verified_by: str | None = None


class Occupancy(msgspec.Struct, frozen=True):
    """月度入住: whether a dwelling was lived in, as its manager reports. Id: ``{pilot}/{dwelling_ref}/{month}``."""

    pilot: str
    dwelling_ref: str
    month: str  # 2026-11
    occupied: bool


class Tenancy(msgspec.Struct, frozen=True):
    """租住, without any name. Id: ``{pilot}/{dwelling_ref}/{number}``.

    ``consent`` is the household's last word, ``consent_from`` its day, one of the tenancy's. GIVEN: from that day on.
    REFUSED: on no day. WITHDRAWN: it was given from ``given_from`` (absent: the first day) until that day. Consent that
    is given again, with the time before to be counted, takes this tenancy's end and a next.
    """

    pilot: str
    dwelling_ref: str
    number: int
    valid_from: date
    consent: str
    consent_from: date
    valid_to: date | None = None
    given_from: date | None = None


def without_consent(tenancy: Tenancy) -> list[tuple[date, date | None]]:
    """The days of a tenancy of which nothing is kept and nothing counts: half-open spans; None: without end."""
    moved_in, word, moved_out = tenancy.valid_from, tenancy.consent_from, tenancy.valid_to
    spans: list[tuple[date, date | None]]
    match tenancy.consent:
        case "GIVEN":
            spans = [(moved_in, word)]
        case "WITHDRAWN":
            spans = [(moved_in, tenancy.given_from or moved_in), (word, moved_out)]
        case _:
            spans = [(moved_in, moved_out)]
    return [(first, end) for first, end in spans if end is None or first < end]


class FeedBinding(msgspec.Struct, frozen=True):
    """The feed a device speaks through, with effective dates. Id: ``{vendor}/{device}/{valid_from}``."""

    vendor: str
    device: str
    feed: str
    valid_from: date
    valid_to: date | None = None


class Outage(msgspec.Struct, frozen=True):
    """数据通道中断: a time in which a feed brought nothing. Id: ``{vendor}/{feed}/{from_ms}``.

    Epoch milliseconds, half-open. Drafted (by telemetry after three missed heartbeats, or by hand), given evidence, and
    decided by somebody who neither drafted nor ever changed it: DRAFT, APPROVED or REJECTED. Only an approved one makes
    time UNKNOWN.
    """

    vendor: str
    feed: str
    from_ms: int
    cause: str
    state: str
    drafted_by: str
    to_ms: int | None = None
    evidence_title: str | None = None
    evidence_sha256: str | None = None
    evidenced_by: str | None = None
    decided_by: str | None = None
    decision_reason: str | None = None
