"""The collections beside sites and devices: papers, occupancy, tenancies, the feeds of devices, outages."""

from services.registry import schemas_evidence as schemas
from services.registry.collection import Access, Collection, Reference
from services.registry.scope import OF_DISTRICTS, OF_VENDORS, READ_ALL
from shared.contracts import registry_evidence as contract

_OFFICERS = ("administrator", "district_officer")
_READERS = (*READ_ALL, *OF_DISTRICTS)
_OF_A_DISTRICT = Access(_OFFICERS, _READERS)
_PILOT = Reference("pilot", ("pilot",))
_DWELLING = Reference("dwelling", ("pilot", "dwelling_ref"))
_FEED = Reference("feed", ("vendor", "feed"))


def _recorded(caller: str) -> dict[str, str]:
    return {"recorded_by": caller}


def _drafted(caller: str) -> dict[str, str]:
    return {"drafted_by": caller, "state": "DRAFT"}


COLLECTIONS_OF_EVIDENCE = (
    Collection(
        "selection",
        "selections",
        contract.Selection,
        schemas.SelectionSchema,
        key=("pilot", "code"),
        access=_OF_A_DISTRICT,
        references=(_PILOT,),
        filters=("pilot",),
        amendable=("withdrawn_on",),
        given=_recorded,
        same=("document_no", "title", "sha256", "issued_on"),
        site=lambda row: str(row.pilot),
    ),
    Collection(
        "legal_basis",
        "legal-bases",
        contract.LegalBasis,
        schemas.LegalBasisSchema,
        key=("pilot", "code"),
        access=_OF_A_DISTRICT,
        references=(_PILOT,),
        filters=("pilot",),
        amendable=("valid_to",),
        fills=("valid_to",),
        given=_recorded,
        same=("document_no", "title", "sha256", "basis", "valid_from"),
        site=lambda row: str(row.pilot),
    ),
    Collection(
        "occupancy",
        "occupancies",
        contract.Occupancy,
        schemas.OccupancySchema,
        key=("pilot", "dwelling_ref", "month"),
        access=_OF_A_DISTRICT,
        references=(_DWELLING,),
        filters=("pilot", "dwelling_ref", "month"),
        amendable=("occupied",),
        site=lambda row: str(row.pilot),
        of_dwellings=True,
    ),
    Collection(
        "tenancy",
        "tenancies",
        contract.Tenancy,
        schemas.TenancySchema,
        key=("pilot", "dwelling_ref", "number"),
        access=_OF_A_DISTRICT,
        references=(_DWELLING,),
        filters=("pilot", "dwelling_ref"),
        amendable=("valid_to", "consent", "consent_from", "given_from"),
        site=lambda row: str(row.pilot),
        of_dwellings=True,
    ),
    Collection(
        "feed_binding",
        "feed-bindings",
        contract.FeedBinding,
        schemas.FeedBindingSchema,
        key=("vendor", "device", "valid_from"),
        access=Access(_OFFICERS, (*_READERS, *OF_VENDORS)),
        references=(Reference("device", ("vendor", "device")), _FEED),
        filters=("vendor", "device", "feed"),
        amendable=("valid_to",),
        of_feed=True,
    ),
    Collection(
        "outage",
        "outages",
        contract.Outage,
        schemas.OutageSchema,
        key=("vendor", "feed", "from_ms"),
        access=Access((*_OFFICERS, "service"), (*_READERS, *OF_VENDORS), (*_OFFICERS, "service", *OF_VENDORS)),
        references=(_FEED,),
        filters=("vendor", "feed", "state"),
        amendable=("to_ms", "cause", "evidence_title", "evidence_sha256"),
        given=_drafted,
        same=("cause",),  # telemetry drafts again what it has drafted; what people added since is no contradiction
        of_feed=True,
    ),
)
