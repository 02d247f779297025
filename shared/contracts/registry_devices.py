"""What the registry publishes of devices beside what they are and where: other names, replacements, maintenance.

The rows of the change feed; :mod:`shared.contracts.registry` has the others, and the feed itself.
"""

from datetime import date
from typing import Literal

import msgspec

EntityOfDevices = Literal["device_alias", "swap", "maintenance", "reporting_interval"]


class DeviceAlias(msgspec.Struct, frozen=True):
    """设备别名, with effective dates. Id: ``{vendor}/{alias}/{valid_from}``.

    On its days what is heard of ``alias`` was heard of ``device``: a device that was renamed keeps its place and its
    history. On those days ``alias`` is bound nowhere itself, nor has names of its own.
    """

    vendor: str
    alias: str
    valid_from: date
    device: str
    valid_to: date | None = None


class Swap(msgspec.Struct, frozen=True):
    """更换: one device took the place of another on a civil day. Id: ``{vendor}/{device_out}/{on}``.

    REPORTED by the vendor; CONFIRMED by the district, which ends the one's binding on that day and begins the other's;
    or REJECTED, or WITHDRAWN. ``place``: the slot or installation in which ``device_out`` was when it was reported.
    """

    vendor: str
    device_out: str
    on: date
    device_in: str
    reason: str
    reason_text: str | None = None
    place: str | None = None
    state: str = "REPORTED"
    state_from: date | None = None
    state_reason: str | None = None


class Maintenance(msgspec.Struct, frozen=True):
    """维护 of what is in a slot or an installation: time that is taken out of exposure. Id: ``{place}/{from_ms}``.

    Epoch milliseconds, half-open, at most 72 hours a case. Drafted by the district or the device's vendor: DRAFT; only
    when it is APPROVED by another person it counts; or REJECTED.
    """

    place: str
    from_ms: int
    to_ms: int
    vendor: str
    reason: str
    state: str = "DRAFT"
    state_from: date | None = None
    state_reason: str | None = None


class ReportingInterval(msgspec.Struct, frozen=True):
    """上报间隔 of a device from a civil day until the day of its next one. Id: ``{vendor}/{device}/{valid_from}``.

    Before its first one holds what the device was registered with. ``reason``: why it was dated back, if it was.
    """

    vendor: str
    device: str
    valid_from: date
    interval_s: int
    reason: str | None = None


ENTITIES_OF_DEVICES: dict[str, type[msgspec.Struct]] = {
    "device_alias": DeviceAlias,
    "swap": Swap,
    "maintenance": Maintenance,
    "reporting_interval": ReportingInterval,
}
