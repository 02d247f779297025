"""Write an audit case's record: entries with the next number, which nothing changes afterwards.

The text of a confidential entry is kept apart; the entry has the SHA-256 of 32 random bytes and the text.
"""

import hashlib
import secrets
from collections.abc import Iterator

import msgspec

from services.registry import audit_cases
from services.registry.collection import id_of
from services.registry.documents import REMOVED
from services.registry.entities import BY_ENTITY
from services.registry.refusal import Fault, Refused, fault, pointer
from services.registry.registering import district_of, ground_of
from services.registry.scope import reaches
from services.registry.store import KeptText, New, Once, Store
from shared.contracts.registry_audit import AuditCase, AuditEntry, Document
from shared.failures import Rejected
from shared.runtime.auth import Principal

_ENTRIES = BY_ENTITY["audit_entry"]
_FINDING, _REPLY = "FINDING", "REPLY"


def case_of(store: Store, code: str, caller: Principal) -> AuditCase:
    """A case that is not closed, for its lead and those named.

    :raises Rejected: ``not_found``
    :raises Refused: if it is closed; ``forbidden`` to anybody else
    """
    case = _open_case(store, code)
    audit_cases.check_his(store, case, caller)
    return case


def _open_case(store: Store, code: str) -> AuditCase:
    stored = store.known("audit_case", {code}).get(code)
    if stored is None or not isinstance(stored.row, AuditCase):
        raise Rejected("not_found", what=code)
    audit_cases.check_open(stored.row)
    return stored.row


def record(store: Store, wanted: AuditEntry, caller: Principal, said: Once | None) -> AuditEntry:
    """Write an entry; ``wanted`` has its text and any number, and is given the next.

    :returns: the entry as it stands; of a request done before, the one it made
    :raises Refused: if what it names is not there; or as :func:`case_of`
    :raises Rejected: as :func:`case_of`
    """
    return _record(store, case_of(store, wanted.audit_case, caller), wanted, said)


def _record(store: Store, case: AuditCase, wanted: AuditEntry, said: Once | None) -> AuditEntry:
    earlier = [
        row for row in store.beside("audit_entry", ("audit_case",), {(case.code,)}) if isinstance(row, AuditEntry)
    ]
    if store.done_before(said):
        return max((row for row in earlier if _alike(store, row, wanted)), key=lambda row: row.number)
    if faults := list(_unknown(store, wanted)):
        raise Refused(faults)
    entry = msgspec.structs.replace(_concerned(store, wanted), number=len(earlier) + 1)
    if faults := list(_beyond(store, case, entry)):
        raise Refused(faults)
    kept = KeptText(secrets.token_hex(32), entry.text or "") if entry.confidential else None
    if kept:
        entry = msgspec.structs.replace(entry, text=None, text_sha256=digest_of(kept))
    key = id_of(_ENTRIES, entry)
    store.add("audit_entry", [New(key, entry, entry.district)])
    if kept:
        store.keep_text(key, kept)
    return entry


def reply(store: Store, key: str, wanted: AuditEntry, caller: Principal, said: Once | None) -> AuditEntry:
    """Write a reply to a finding, by the district or vendor concerned; it concerns the same.

    :raises Rejected: ``not_found`` if there is no such finding, or none the caller sees
    :raises Refused: if what it names is not there, or the case is closed
    """
    stored = store.known("audit_entry", {key}).get(key)
    finding = stored.row if stored else None
    if not isinstance(finding, AuditEntry) or finding.kind != _FINDING or not sees(finding, caller):
        raise Rejected("not_found", what=key)
    replying = msgspec.structs.replace(
        wanted,
        audit_case=finding.audit_case,
        kind=_REPLY,
        district=finding.district,
        vendor=finding.vendor,
        replies_to=finding.number,
    )
    return _record(store, _open_case(store, finding.audit_case), replying, said)


def sees(entry: AuditEntry, caller: Principal) -> bool:
    """Whether an entry is in a caller's reach; of a confidential one only what the log has, and no district's."""
    concerned = reaches(caller, district=entry.district, vendor=entry.vendor)
    return concerned and (not entry.confidential or reaches(caller, district=None, vendor=None))


def digest_of(kept: KeptText) -> str:
    """The hash by which an entry commits to a text that is kept apart."""
    return hashlib.sha256(bytes.fromhex(kept.salt) + kept.text.encode()).hexdigest()


def _alike(store: Store, row: AuditEntry, wanted: AuditEntry) -> bool:
    """Whether a request for ``wanted`` made this entry."""
    kept = store.text_of(id_of(_ENTRIES, row)) if row.confidential else None
    told = row.text if kept is None else kept.text
    names = ("kind", "recorded_by", "confidential", "documents", "about_id", "check", "replies_to")
    if wanted.sample and row.sample:  # the population may have changed since
        asked = ("seed", "entity", "stratify_by")
        if any(getattr(row.sample, name) != getattr(wanted.sample, name) for name in asked):
            return False
    return told == wanted.text and all(getattr(row, name) == getattr(wanted, name) for name in names)


def _beyond(store: Store, case: AuditCase, entry: AuditEntry) -> Iterator[Fault]:
    """Who is no part of a case's scope is not told of it."""
    if entry.district is not None and entry.district not in audit_cases.districts_of(store, case):
        field = "about_id" if entry.about_id else "district"
        yield fault(pointer(field), "conflicting", "rule.beyond_case", district=entry.district)


def _unknown(store: Store, wanted: AuditEntry) -> Iterator[Fault]:
    """What an entry names and is not there."""
    known = store.known("document", set(wanted.documents))
    for position, sha256 in enumerate(wanted.documents):
        document = known[sha256].row if sha256 in known else None
        if not isinstance(document, Document) or document.state == REMOVED:
            place = pointer("documents", position)
            yield fault(place, "unknown_reference", "detail.unknown_reference", entity="document", id=sha256)
    if wanted.vendor is not None and wanted.vendor not in store.known("organisation", {wanted.vendor}):
        params = {"entity": "organisation", "id": wanted.vendor}
        yield fault(pointer("vendor"), "unknown_reference", "detail.unknown_reference", **params)
    if wanted.about_entity is not None and wanted.about_id is not None:
        collection = BY_ENTITY.get(wanted.about_entity)  # type: ignore[call-overload]
        if collection is None or collection.entity.startswith("audit_"):
            choices = ", ".join(entity for entity in BY_ENTITY if not entity.startswith("audit_"))
            yield fault(pointer("about_entity"), "invalid_request", "rule.one_of", choices=choices)
        elif wanted.about_id not in store.known(collection.entity, {wanted.about_id}):
            params = {"entity": collection.entity, "id": wanted.about_id}
            yield fault(pointer("about_id"), "unknown_reference", "detail.unknown_reference", **params)


def _concerned(store: Store, wanted: AuditEntry) -> AuditEntry:
    """An entry about something concerns its district and its vendor, where none is named."""
    if wanted.about_entity is None or wanted.about_id is None:
        return wanted
    collection = BY_ENTITY[wanted.about_entity]  # type: ignore[index]
    about = store.known(collection.entity, {wanted.about_id})[wanted.about_id].row
    district = district_of(ground_of(store, collection, [about]).sites, collection, about)
    vendor: str | None = getattr(about, "vendor", None)
    return msgspec.structs.replace(wanted, district=wanted.district or district, vendor=wanted.vendor or vendor)
