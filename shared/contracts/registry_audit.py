"""What the registry publishes of evidence and audit: documents, audit cases, and the entries of a case.

The rows of the change feed; :mod:`shared.contracts.registry` has the others, and the feed itself. The bytes of a
document and the text of a confidential entry are in no row.
"""

from datetime import date

import msgspec


class Document(msgspec.Struct, frozen=True):
    """佐证材料. Id: ``sha256``, of its bytes. It counts once another person verified it.

    ``site``: the pilot or venue it belongs to, None: of the city. ``vendor``: whose it is, if a vendor's. Once REMOVED
    the row stays and the bytes are gone.
    """

    sha256: str
    document_kind: str
    title: str
    media_type: str
    size_bytes: int
    recorded_by: str
    site: str | None = None
    vendor: str | None = None
    pages: int | None = None
    supersedes: str | None = None
    verified_by: str | None = None
    state: str = "RECORDED"
    state_from: date | None = None
    state_reason: str | None = None


class AuditCase(msgspec.Struct, frozen=True):
    """审计个案. Id: ``code``. Its scope: these sites and every site of these districts, in a half-open period.

    ``lead`` opened it, a key or ``person:{login}``; it and those ``named`` read what is confidential. While
    ``legal_hold`` stands and the case is not CLOSED, nothing in its scope is deleted.
    """

    code: str
    title: str
    sites: list[str]
    districts: list[str]
    period_from: date
    period_to: date
    lead: str
    legal_hold: bool = False
    named: list[str] = []
    state: str = "OPEN"
    state_from: date | None = None
    state_reason: str | None = None


class Stratum(msgspec.Struct, frozen=True):
    """One stratum of a sample: how many there are, and how many were drawn."""

    name: str
    population: int
    drawn: int


class Sample(msgspec.Struct, frozen=True):
    """抽样: a draw that anybody can do again; ``method`` says how."""

    method: str
    seed: str
    entity: str  # slot or installation
    stratify_by: list[str]
    population: int
    population_sha256: str
    strata: list[Stratum]
    drawn: list[str]


class FieldCheck(msgspec.Struct, frozen=True):
    """现场核查 (见物、见人、见资料): None where it was not looked at. ``result``: MATCHES, DIFFERS, NOT_VERIFIABLE."""

    result: str
    device_seen: bool | None = None
    serial_matches: bool | None = None
    person_present: bool | None = None
    paper_matches: bool | None = None


class AuditEntry(msgspec.Struct, frozen=True):
    """An entry of an audit case; never changed. Id: ``{audit_case}/{number}``, numbers without a gap.

    ``district`` and ``vendor`` are those concerned: they read it and may reply, unless it is confidential. Then
    ``text`` is None and ``text_sha256`` is the SHA-256 of a salt and the text, which only the named people read.
    """

    audit_case: str
    number: int
    kind: str
    recorded_by: str
    confidential: bool = False
    text: str | None = None
    text_sha256: str | None = None
    documents: list[str] = []
    district: str | None = None
    vendor: str | None = None
    about_entity: str | None = None
    about_id: str | None = None
    check: FieldCheck | None = None
    sample: Sample | None = None
    replies_to: int | None = None
