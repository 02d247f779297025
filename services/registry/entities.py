"""The collections of the registry, declared: from this table come addresses, identities, checks, scopes and pages.

A new entity is a Struct in the contract, a Schema, a table with its migration, and a row here.
"""

from services.registry import schemas
from services.registry.collection import Access, Collection, Reference
from services.registry.entities_audit import COLLECTIONS_OF_AUDIT
from services.registry.entities_city import COLLECTIONS_OF_THE_CITY, LAYOUT
from services.registry.entities_devices import COLLECTIONS_OF_DEVICES
from services.registry.entities_evidence import COLLECTIONS_OF_EVIDENCE
from services.registry.entities_imports import COLLECTIONS_OF_IMPORTS
from services.registry.entities_people import COLLECTIONS_OF_PEOPLE
from services.registry.schemas_amendment import AmendmentSchema
from services.registry.scope import OF_DISTRICTS, OF_VENDORS, READ_ALL
from shared.contracts import registry as contract


def _site_of_binding(row: contract.Binding) -> str:
    return (row.slot or row.installation or "").partition("/")[0]


_OF_THE_CITY = Access(("administrator",), (*READ_ALL, *OF_DISTRICTS))
_OF_A_DISTRICT = Access(("administrator", "district_officer"), (*READ_ALL, *OF_DISTRICTS))
_OF_A_VENDOR = Access(("administrator", *OF_VENDORS), (*READ_ALL, *OF_DISTRICTS, *OF_VENDORS))
_VENDOR = Reference("organisation", ("vendor",))
_PILOT = Reference("pilot", ("pilot",))
_VENUE = Reference("venue", ("venue",))
_SERVICE_DATES = ("installed_on", "retired_on")

COLLECTIONS = (
    Collection(
        "organisation",
        "organisations",
        contract.Organisation,
        schemas.OrganisationSchema,
        key=("slug",),
        access=_OF_THE_CITY,
    ),
    Collection(
        "pilot",
        "pilots",
        contract.Pilot,
        schemas.PilotSchema,
        key=("slug",),
        access=_OF_A_DISTRICT,
        filters=("district", "state"),
        amendable=("name", "housing_type", "funding_source", "registration_code", "construction_start_date"),
        site=lambda row: str(row.slug),
    ),
    Collection(
        "phase",
        "phases",
        contract.Phase,
        schemas.PhaseSchema,
        key=("pilot", "number"),
        access=_OF_A_DISTRICT,
        references=(_PILOT,),
        filters=("pilot", "state"),
        amendable=("name",),
        site=lambda row: str(row.pilot),
    ),
    LAYOUT,
    Collection(
        "dwelling",
        "dwellings",
        contract.Dwelling,
        schemas.DwellingSchema,
        key=("pilot", "dwelling_ref"),
        access=_OF_A_DISTRICT,
        references=(Reference("phase", ("pilot", "phase")), Reference("layout", ("pilot", "layout"))),
        filters=("pilot", "phase"),
        amendable=("handed_over_on", "layout"),
        settled_by=_PILOT,
        fills=("handed_over_on", "layout"),
        site=lambda row: str(row.pilot),
        of_dwellings=True,
    ),
    Collection(
        "slot",
        "slots",
        contract.Slot,
        schemas.SlotSchema,
        key=("pilot", "dwelling_ref", "code"),
        access=_OF_A_DISTRICT,
        references=(Reference("dwelling", ("pilot", "dwelling_ref")),),
        filters=("pilot", "dwelling_ref", "category"),
        amendable=_SERVICE_DATES,
        settled_by=_PILOT,
        fills=("installed_on",),
        site=lambda row: str(row.pilot),
        of_dwellings=True,
    ),
    Collection(
        "venue",
        "venues",
        contract.Venue,
        schemas.VenueSchema,
        key=("slug",),
        access=_OF_A_DISTRICT,
        filters=("district", "venue_type", "state"),
        amendable=("name", "funding_source", "venue_type_text", "managing_authority"),
        site=lambda row: str(row.slug),
    ),
    Collection(
        "zone",
        "zones",
        contract.Zone,
        schemas.ZoneSchema,
        key=("venue", "code"),
        access=_OF_A_DISTRICT,
        references=(_VENUE,),
        filters=("venue",),
        amendable=("name", "calendars"),
        settled_by=_VENUE,
        site=lambda row: str(row.venue),
    ),
    Collection(
        "installation",
        "installations",
        contract.Installation,
        schemas.InstallationSchema,
        key=("venue", "zone", "code"),
        access=_OF_A_DISTRICT,
        references=(Reference("zone", ("venue", "zone")),),
        filters=("venue", "zone"),
        amendable=_SERVICE_DATES,
        site=lambda row: str(row.venue),
    ),
    Collection(
        "device",
        "devices",
        contract.Device,
        schemas.DeviceSchema,
        key=("vendor", "device"),
        access=_OF_A_VENDOR,
        references=(_VENDOR,),
        filters=("vendor", "state"),
        same=("category", "reporting_interval_s"),
    ),
    Collection(
        "binding",
        "bindings",
        contract.Binding,
        schemas.BindingSchema,
        key=("vendor", "device", "valid_from"),
        access=_OF_A_DISTRICT,
        references=(
            Reference("device", ("vendor", "device")),
            Reference("slot", ("slot",)),
            Reference("installation", ("installation",)),
        ),
        filters=("vendor", "device", "slot", "installation"),
        amendable=("valid_to",),
        site=_site_of_binding,
        of_dwellings=True,
    ),
    Collection(
        "feed",
        "feeds",
        contract.Feed,
        schemas.FeedSchema,
        key=("vendor", "feed"),
        access=Access(_OF_A_DISTRICT.writers, _OF_A_VENDOR.readers),  # a vendor is given its sites
        references=(_VENDOR,),
        filters=("vendor",),
        amendable=("sites", "active", "heartbeat_interval_s"),
    ),
    *COLLECTIONS_OF_EVIDENCE,
    *COLLECTIONS_OF_THE_CITY,
    *COLLECTIONS_OF_DEVICES,
    *COLLECTIONS_OF_AUDIT,
    Collection(
        "amendment",
        "amendments",
        contract.Amendment,
        AmendmentSchema,
        key=("entity", "of", "number"),
        access=_OF_A_DISTRICT,
        filters=("entity", "of", "state"),
        of_dwellings=True,  # those of a dwelling or a tenancy among them
        site=lambda row: (
            None if row.entity == "scene" else str(row.of).partition("/")[0]
        ),  # a scene's slug is no site's
    ),
    *COLLECTIONS_OF_PEOPLE,
    *COLLECTIONS_OF_IMPORTS,
)
BY_ENTITY = {collection.entity: collection for collection in COLLECTIONS}
