"""What can be imported besides: designs, the registers, visitors, scenes; other names of devices, and swaps."""

from typing import Any

import marshmallow as ma

from services.registry import fields
from services.registry.entities import BY_ENTITY
from services.registry.importing import positions
from services.registry.importing.kind import Column, Kind, day, name, number, word
from services.registry.importing.kinds_devices import DEVICE, VENDOR
from services.registry.importing.kinds_homes import DISTRICTS, PILOT
from services.registry.importing.kinds_venues import VENUE
from services.registry.schemas import OPTIONAL, REQUIRED
from services.registry.schemas_city import VenueCountSchema
from shared.contracts import vocabulary

_NAME = name("名称", "Name", "name", "示例")
_DISTRICT = word("区", "District", "district", "南山区", DISTRICTS)
_SOURCE = name("来源", "Source", "source", "示例文件")
_DIGEST = Column("来源文件SHA-256", "Source SHA-256", "source_sha256", "0" * 64, "rule.digest")
_FUNDING = word("资金来源", "Funding source", "funding_source", "政府投资", vocabulary.FUNDING_SOURCES)


class VisitorsSchema(VenueCountSchema):
    """A row of visitors: the period is a day, or an hour of it."""

    class Meta:
        """The period has no column of its own."""

        exclude = ("period",)

    day = fields.Day(**REQUIRED)
    hour = fields.number(0, 23, **OPTIONAL)

    @ma.post_load
    def _period(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        on, hour = data.pop("day"), data.pop("hour")
        return data | {"period": str(on) if hour is None else f"{on}T{hour:02}"}


KINDS_OF_THE_CITY = (
    Kind(
        "layouts",
        "户型",
        BY_ENTITY["layout"],
        (
            PILOT,
            Column("户型编号", "Layout", "code", "a-65"),
            name("名称", "Name", "name", "A 户型 65㎡"),
            Column(
                "点位",
                "Slots",
                "slots",
                "living-room-lamp 照明；bedroom-curtain 遮阳 选配",
                "rule.sheet_positions",
                positions.read,
            ),
        ),
    ),
    Kind(
        "started-projects",
        "新开工项目",
        BY_ENTITY["started_project"],
        (
            Column("项目编号", "Project", "code", "example-2026-01"),
            _NAME,
            _DISTRICT,
            number("套数", "Dwellings", "dwellings", "500"),
            day("施工许可日期", "Permit on", "permit_on", "2026-01-15"),
            day("开工日期", "Started on", "started_on", ""),
            Column("试点项目", "Pilot", "pilot", ""),
            _SOURCE,
            _DIGEST,
        ),
    ),
    Kind(
        "venue-entries",
        "场所名录",
        BY_ENTITY["venue_entry"],
        (
            Column("名录编号", "Entry", "code", "example-0001"),
            _NAME,
            _DISTRICT,
            word("场所类型", "Venue type", "venue_type", "科技馆", vocabulary.VENUE_TYPES),
            _SOURCE,
            day("来源日期", "Source of", "source_on", "2026-01-01"),
            Column("场所", "Venue", "venue", ""),
        ),
    ),
    Kind(
        "venue-counts",
        "场所人次",
        BY_ENTITY["venue_count"],
        (
            VENUE,
            Column("体验区", "Zone", "zone", "hall-1"),
            day("日期", "Day", "day", "2026-07-01"),
            number("小时", "Hour", "hour", "9"),
            word("统计方式", "Method", "method", "检票", vocabulary.COUNT_METHODS),
            number("人次", "Count", "count", "120"),
            _SOURCE,
            _DIGEST,
        ),
        schema=VisitorsSchema,
    ),
    Kind(
        "scenes",
        "行业场景",
        BY_ENTITY["scene"],
        (
            Column("场景", "Scene", "slug", "example-training"),
            _NAME,
            _DISTRICT,
            word("场景类型", "Scene type", "scene_type", "教育培训", vocabulary.SCENE_TYPES),
            name("其他类型说明", "Other type", "scene_type_text", ""),
            _FUNDING,
            Column("单位", "Organisation", "organisation", ""),
        ),
    ),
    Kind(
        "device-aliases",
        "设备别名",
        BY_ENTITY["device_alias"],
        (
            VENDOR,
            Column("别名", "Alias", "alias", "EXAMPLE.lamp-0001b", "rule.device"),
            day("启用日期", "Valid from", "valid_from", "2026-06-01"),
            DEVICE,
            day("停用日期", "Valid to", "valid_to", ""),
        ),
    ),
    Kind(
        "swaps",
        "设备更换",
        BY_ENTITY["swap"],
        (
            VENDOR,
            Column("换下设备", "Device out", "device_out", "EXAMPLE.lamp-0001", "rule.device"),
            day("更换日期", "On", "on", "2026-09-01"),
            Column("换上设备", "Device in", "device_in", "EXAMPLE.lamp-0002", "rule.device"),
            word("原因", "Reason", "reason", "故障", vocabulary.SWAP_REASONS),
            name("其他原因说明", "Other reason", "reason_text", ""),
        ),
    ),
)
