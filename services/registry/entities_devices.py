"""The collections of devices beside themselves and their bindings: other names, replacements, maintenance."""

from services.registry import schemas_devices as schemas
from services.registry.collection import Access, Collection, Reference
from services.registry.scope import OF_DISTRICTS, OF_VENDORS, READ_ALL
from shared.contracts import registry_devices as contract

_READERS = (*READ_ALL, *OF_DISTRICTS, *OF_VENDORS)
_OF_A_VENDOR = Access(("administrator", *OF_VENDORS), _READERS)

COLLECTIONS_OF_DEVICES = (
    Collection(
        "device_alias",
        "device-aliases",
        contract.DeviceAlias,
        schemas.DeviceAliasSchema,
        key=("vendor", "alias", "valid_from"),
        access=_OF_A_VENDOR,
        references=(Reference("device", ("vendor", "device")),),
        filters=("vendor", "alias", "device"),
        amendable=("valid_to",),
    ),
    Collection(
        "swap",
        "swaps",
        contract.Swap,
        schemas.SwapSchema,
        key=("vendor", "device_out", "on"),
        access=_OF_A_VENDOR,
        references=(Reference("device", ("vendor", "device_out")), Reference("device", ("vendor", "device_in"))),
        filters=("vendor", "device_out", "place", "state"),
        amendable=("device_in", "reason", "reason_text"),
        same=("device_in", "reason", "reason_text"),
        site=lambda row: (row.place or "").partition("/")[0] or None,
        of_dwellings=True,
    ),
    Collection(
        "maintenance",
        "maintenances",
        contract.Maintenance,
        schemas.MaintenanceSchema,
        key=("place", "from_ms"),
        access=Access(("administrator", "district_officer", *OF_VENDORS), _READERS),
        filters=("place", "vendor", "state"),
        amendable=("to_ms", "reason"),
        same=("to_ms", "vendor", "reason"),
        site=lambda row: str(row.place).partition("/")[0],
        of_dwellings=True,
    ),
    Collection(
        "reporting_interval",
        "reporting-intervals",
        contract.ReportingInterval,
        schemas.ReportingIntervalSchema,
        key=("vendor", "device", "valid_from"),
        access=_OF_A_VENDOR,
        references=(Reference("device", ("vendor", "device")),),
        filters=("vendor", "device"),
    ),
)
