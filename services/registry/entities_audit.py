"""The collections of evidence and audit: documents, audit cases, and their entries."""

from services.registry import schemas_audit as schemas
from services.registry.collection import Access, Collection, Reference
from services.registry.scope import OF_DISTRICTS, OF_VENDORS, READ_ALL
from shared.contracts import registry_audit as contract

_READERS = (*READ_ALL, *OF_DISTRICTS)
_AUDITORS = ("auditor",)
BEGIN_WITH_A_SITE = frozenset(  # of which ids the first word is the slug of a pilot or a venue
    {
        *("pilot", "phase", "layout", "dwelling", "slot", "occupancy", "tenancy", "selection", "legal_basis"),
        *("standard_reference", "funding", "venue", "zone", "installation", "venue_count", "maintenance"),
    }
)


def _recorded(caller: str) -> dict[str, str]:
    return {"recorded_by": caller}


def _site_about(row: contract.AuditEntry) -> str | None:
    """The site of what an entry is about, if that is of one."""
    return (row.about_id or "").partition("/")[0] if row.about_entity in BEGIN_WITH_A_SITE else None


def _led(caller: str) -> dict[str, str]:
    return {"lead": caller}


COLLECTIONS_OF_AUDIT = (
    Collection(
        "document",
        "documents",
        contract.Document,
        schemas.DocumentSchema,
        key=("sha256",),
        access=Access(
            ("administrator", "programme_manager", "auditor", "district_officer", *OF_VENDORS),
            (*_READERS, *OF_VENDORS),
        ),
        references=(Reference("organisation", ("vendor",)),),
        filters=("site", "vendor", "document_kind", "state"),
        given=_recorded,
        same=("site", "vendor", "document_kind"),
        site=lambda row: row.site,
    ),
    Collection(
        "audit_case",
        "audit-cases",
        contract.AuditCase,
        schemas.AuditCaseSchema,
        key=("code",),
        access=Access(_AUDITORS, _READERS),
        filters=("lead", "state"),
        amendable=("title", "sites", "districts", "period_to", "legal_hold", "named"),
        given=_led,
        same=("title", "sites", "districts", "period_from", "period_to", "legal_hold", "named"),
    ),
    Collection(
        "audit_entry",
        "audit-entries",
        contract.AuditEntry,
        schemas.AuditEntrySchema,
        key=("audit_case", "number"),
        access=Access(_AUDITORS, (*_READERS, *OF_VENDORS)),
        references=(Reference("audit_case", ("audit_case",)), Reference("organisation", ("vendor",))),
        filters=("audit_case", "kind"),
        given=_recorded,
        of_dwellings=True,  # of a finding in a home, and of a sample, the slots
        site=_site_about,
    ),
)
