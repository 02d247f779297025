"""Evidence documents: registered once their bytes are kept, and removed only while nothing stands on them.

A row without bytes never is: bytes are durable before the row is committed, and go after its removal is. Bytes without
a row may be left by a process that died; :mod:`services.registry.check_documents` tidies them.
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from typing import BinaryIO, NamedTuple, Protocol

import msgspec

from services.registry import audit_cases
from services.registry.collection import Entity
from services.registry.entities import BY_ENTITY
from services.registry.refusal import Fault, Refused, fault, pointer
from services.registry.registering import district_of, ground_of, out_of_reach, register
from services.registry.rules import Row
from services.registry.store import Database, Store, Stored
from shared.contracts.registry import Feed
from shared.contracts.registry_audit import Document
from shared.failures import Unavailable
from shared.runtime.auth import Principal

REMOVED = "REMOVED"
_DOCUMENTS = BY_ENTITY["document"]
_log = logging.getLogger(__name__)


class Received(NamedTuple):
    """A file that was received whole and is durable, but not kept yet."""

    file: BinaryIO
    name: str
    sha256: str
    size_bytes: int


class Shelf(Protocol):
    """Where the bytes of documents are, by their SHA-256 (hex)."""

    def receive(self, stream: BinaryIO) -> AbstractContextManager[Received]:
        """Read a stream to its end; what is not kept within the block is gone after it.

        :raises Unavailable: ``documents`` if it cannot be written
        """

    def keep(self, received: Received) -> None:
        """Keep what was received, durably.

        :raises Unavailable: ``documents`` if it cannot be written
        """

    def open(self, sha256: str) -> BinaryIO:
        """The bytes of a document, which have been checked against their hash.

        :raises Unavailable: ``documents`` if they are missing or altered
        """

    def discard(self, sha256: str) -> None:
        """Remove the bytes, if they are there."""


def record(store: Store, shelf: Shelf, received: Received, document: Document, caller: Principal) -> bool:
    """Register a document and keep its bytes; the same bytes again change nothing, those of a removed one count anew.

    :returns: whether anything was new
    :raises Refused: if it is out of reach, or its bytes are registered otherwise, or what it names is not there
    """
    faults = [*_site(store, document), *_of_vendor(store, document, caller), *_superseded(store, document)]
    row = Row((), document.sha256, document)
    known = store.known("document", {row.id}).get(row.id)
    if known and isinstance(known.row, Document) and known.row.state == REMOVED:
        new = _again(store, known, row, caller, faults)
    else:
        new = bool(register(store, _DOCUMENTS, [row], caller, faults))
    shelf.keep(received)  # though nothing is new: what was lost or altered is mended so
    return new


def verified(_store: Store, row: Entity, caller: Principal) -> Document:
    """A document that somebody has just verified, with his key."""
    assert isinstance(row, Document)
    return msgspec.structs.replace(row, verified_by=caller.key)


def discard(database: Database, shelf: Shelf, rows: Sequence[Entity]) -> None:
    """Let go of the bytes of those documents that are removed; what cannot be reached now is tidied later.

    Under the writer's lock: somebody may have registered the same bytes again meanwhile.
    """
    removed = {row.sha256 for row in rows if isinstance(row, Document) and row.state == REMOVED}
    if not removed:
        return
    try:
        with database.writing("documents") as store:
            for sha256, stored in store.known("document", removed).items():
                if isinstance(stored.row, Document) and stored.row.state == REMOVED:
                    shelf.discard(sha256)
    except Unavailable as error:
        _log.warning("bytes of removed documents are left", extra={"why": str(error)})


def standing_on(store: Store, row: Entity) -> Iterator[Fault]:
    """Why a document cannot be removed. What relies on it and which case holds it may be out of the caller's reach."""
    assert isinstance(row, Document)
    if store.relying_on(row.sha256):
        yield fault(pointer(), "conflicting", "rule.document_relied_on", sha256=row.sha256)
    district = district_of(ground_of(store, _DOCUMENTS, [row]).sites, _DOCUMENTS, row)
    if any(audit_cases.holds(case, row.site, district) for case in audit_cases.holding(store)):
        yield fault(pointer(), "conflicting", "rule.legal_hold")


def _again(store: Store, before: Stored, row: Row, caller: Principal, faults: list[Fault]) -> bool:
    """A removed document is registered again, for the same site and vendor: these are fixed for life."""
    beyond = out_of_reach(ground_of(store, _DOCUMENTS, [row.row]), _DOCUMENTS, row, caller)
    if any(getattr(before.row, name) != getattr(row.row, name) for name in ("site", "vendor")):
        faults = [*faults, fault(pointer(), "already_exists", "detail.already_exists", entity="document", id=row.id)]
    if found := [*beyond, *faults]:
        raise Refused(found)
    store.replace("document", row.id, before, row.row)
    return True


def _site(store: Store, document: Document) -> Iterator[Fault]:
    if document.site is not None and document.site not in store.sites({document.site}):
        yield fault(pointer("site"), "unknown_reference", "detail.unknown_reference", entity="site", id=document.site)


def _of_vendor(store: Store, document: Document, caller: Principal) -> Iterator[Fault]:
    """A vendor's document is named as its own, and of a site only if one of its feeds serves it."""
    if document.vendor is None:
        if caller.role == "vendor":
            yield fault(pointer("vendor"), "invalid_request", "rule.document_vendor")
        return
    feeds = store.beside("feed", ("vendor",), {(document.vendor,)}) if document.site else []
    if document.site and not any(isinstance(feed, Feed) and document.site in feed.sites for feed in feeds):
        params = {"vendor": document.vendor, "site": document.site}
        yield fault(pointer("site"), "conflicting", "rule.document_not_served", **params)


def _superseded(store: Store, document: Document) -> Iterator[Fault]:
    """What a document supersedes is another, of the same site and vendor."""
    if document.supersedes is None:
        return
    known = store.known("document", {document.supersedes}).get(document.supersedes)
    earlier = known.row if known else None
    same = isinstance(earlier, Document) and (earlier.site, earlier.vendor) == (document.site, document.vendor)
    if not same or document.supersedes == document.sha256:
        yield fault(pointer("supersedes"), "unknown_reference", "rule.document_supersedes")
