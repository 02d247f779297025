"""The collections of the whole city: registers, counts of visitors, closures, papers, and scenes."""

from services.registry import schemas_city as schemas
from services.registry.collection import Access, Collection, Reference
from services.registry.scope import OF_DISTRICTS, READ_ALL
from shared.contracts import registry_city as contract

_READERS = (*READ_ALL, *OF_DISTRICTS)
_OF_A_DISTRICT = Access(("administrator", "district_officer"), _READERS)
_PILOT = Reference("pilot", ("pilot",))
_SOURCE = ("source", "source_sha256")
_PAPER = ("document_no", "title", "sha256", "issued_on")


def _recorded(caller: str) -> dict[str, str]:
    return {"recorded_by": caller}


def _first_design(_: str) -> dict[str, int]:
    return {"design_version": 1}


LAYOUT = Collection(
    "layout",
    "layouts",
    contract.Layout,
    schemas.LayoutSchema,
    key=("pilot", "code"),
    access=_OF_A_DISTRICT,
    references=(_PILOT,),
    filters=("pilot",),
    amendable=("name", "slots"),
    given=_first_design,
    same=("name", "slots"),
    settled_by=_PILOT,
    site=lambda row: str(row.pilot),
)
COLLECTIONS_OF_THE_CITY = (
    Collection(
        "started_project",
        "started-projects",
        contract.StartedProject,
        schemas.StartedProjectSchema,
        key=("code",),
        access=_OF_A_DISTRICT,
        references=(_PILOT,),
        filters=("district",),
        amendable=("name", "dwellings", "permit_on", "started_on", *_SOURCE, "pilot"),
    ),
    Collection(
        "venue_entry",
        "venue-entries",
        contract.VenueEntry,
        schemas.VenueEntrySchema,
        key=("code",),
        access=_OF_A_DISTRICT,
        references=(Reference("venue", ("venue",)),),
        filters=("district", "venue_type"),
        amendable=("name", "source", "source_on", "venue"),
    ),
    Collection(
        "venue_count",
        "venue-counts",
        contract.VenueCount,
        schemas.VenueCountSchema,
        key=("venue", "zone", "period", "method"),
        access=_OF_A_DISTRICT,
        references=(Reference("zone", ("venue", "zone")),),
        filters=("venue", "zone", "method"),
        amendable=("count", *_SOURCE),
        site=lambda row: str(row.venue),
    ),
    Collection(
        "closure",
        "closures",
        contract.Closure,
        schemas.ClosureSchema,
        key=("code",),
        access=Access(("administrator", "programme_manager"), _READERS),
        filters=("kind",),
        amendable=("name", "valid_from", "valid_to", "districts", *_SOURCE, "cancelled"),
    ),
    Collection(
        "standard_reference",
        "standard-references",
        contract.StandardReference,
        schemas.StandardReferenceSchema,
        key=("pilot", "code"),
        access=_OF_A_DISTRICT,
        references=(_PILOT,),
        filters=("pilot",),
        amendable=("edition", "level", "dwellings"),
        given=_recorded,
        same=("standard", *_PAPER),
        site=lambda row: str(row.pilot),
    ),
    Collection(
        "funding",
        "fundings",
        contract.Funding,
        schemas.FundingSchema,
        key=("site", "code"),
        access=_OF_A_DISTRICT,
        filters=("site",),
        given=_recorded,
        same=("funding_source", *_PAPER),
        site=lambda row: str(row.site),
    ),
    Collection(
        "scene",
        "scenes",
        contract.Scene,
        schemas.SceneSchema,
        key=("slug",),
        access=_OF_A_DISTRICT,
        references=(Reference("organisation", ("organisation",)),),
        filters=("district", "scene_type", "state"),
        amendable=("name", "funding_source", "scene_type_text", "organisation"),
        same=("name", "district", "scene_type", "funding_source", "scene_type_text", "organisation"),
    ),
)
