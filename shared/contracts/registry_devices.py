"""What the registry publishes of devices beside what they are and where: their other names.

The rows of the change feed; :mod:`shared.contracts.registry` has the others, and the feed itself.
"""

from datetime import date
from typing import Literal

import msgspec

EntityOfDevices = Literal["device_alias"]


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


ENTITIES_OF_DEVICES: dict[str, type[msgspec.Struct]] = {"device_alias": DeviceAlias}
