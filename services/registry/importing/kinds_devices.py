"""What can be imported of devices: the devices themselves, where they are, and the feeds they speak through."""

from services.registry.entities import BY_ENTITY
from services.registry.importing.kind import Column, Kind, day, number, word
from services.registry.importing.kinds_homes import CATEGORIES

VENDOR = Column("厂商", "Vendor", "vendor", "example-vendor")
DEVICE = Column("设备编号", "Device", "device", "EXAMPLE.lamp-0001", "rule.device")
_FROM = day("启用日期", "Valid from", "valid_from", "2026-06-01")

KINDS_OF_DEVICES = (
    Kind(
        "devices",
        "设备",
        BY_ENTITY["device"],
        (
            VENDOR,
            DEVICE,
            word("类别", "Category", "category", "照明", CATEGORIES),
            number("上报间隔（秒）", "Reporting interval (s)", "reporting_interval_s", "900"),
        ),
    ),
    Kind(
        "bindings",
        "设备绑定",
        BY_ENTITY["binding"],
        (
            VENDOR,
            DEVICE,
            _FROM,
            Column("点位", "Slot", "slot", "example-garden/EXAMPLE_q7Xk2mPz/living-room-lamp", "rule.place"),
            Column("VR设施", "Installation", "installation", "", "rule.place"),
            day("停用日期", "Valid to", "valid_to", ""),
        ),
    ),
    Kind(
        "binding-ends",
        "设备停用",
        BY_ENTITY["binding"],
        (VENDOR, DEVICE, _FROM, day("停用日期", "Valid to", "valid_to", "2027-06-01")),
        amends=("valid_to",),
    ),
    Kind(
        "feed-bindings",
        "设备的数据通道",
        BY_ENTITY["feed_binding"],
        (
            VENDOR,
            DEVICE,
            Column("数据通道", "Feed", "feed", "gateway-1"),
            _FROM,
            day("停用日期", "Valid to", "valid_to", ""),
        ),
    ),
)
