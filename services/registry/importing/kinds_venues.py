"""What can be imported of venues: the venues themselves, zones, when they are open, and what stands in them."""

from services.registry.entities import BY_ENTITY
from services.registry.importing import opening
from services.registry.importing.kind import Column, Kind, day, name, number, word
from services.registry.importing.kinds_homes import DISTRICTS
from shared.contracts import vocabulary

VENUE = Column("场所", "Venue", "venue", "example-museum")
_HOURS = "09:00-12:00 13:30-17:30"
_WEEK = (
    ("星期一", "Monday", "mon", "闭馆"),
    ("星期二", "Tuesday", "tue", _HOURS),
    ("星期三", "Wednesday", "wed", _HOURS),
    ("星期四", "Thursday", "thu", _HOURS),
    ("星期五", "Friday", "fri", _HOURS),
    ("星期六", "Saturday", "sat", "09:00-17:30"),
    ("星期日", "Sunday", "sun", "09:00-17:30"),
)

KINDS_OF_VENUES = (
    Kind(
        "venues",
        "场所",
        BY_ENTITY["venue"],
        (
            Column("场所", "Venue", "slug", "example-museum"),
            name("名称", "Name", "name", "示例科技馆"),
            word("区", "District", "district", "福田区", DISTRICTS),
            word("场所类型", "Venue type", "venue_type", "科技馆", vocabulary.VENUE_TYPES),
            name("其他类型说明", "Other type", "venue_type_text", ""),
            word("资金来源", "Funding source", "funding_source", "政府投资", vocabulary.FUNDING_SOURCES),
            name("主管单位", "Managing authority", "managing_authority", ""),
        ),
    ),
    Kind(
        "zones",
        "VR体验区",
        BY_ENTITY["zone"],
        (VENUE, Column("体验区", "Zone", "code", "hall-1"), name("名称", "Name", "name", "一号体验区")),
        left_out={"calendars": []},
    ),
    Kind(
        "calendars",
        "开放时间",
        BY_ENTITY["zone"],
        (
            VENUE,
            Column("体验区", "Zone", "code", "hall-1"),
            day("生效日期", "Valid from", "valid_from", "2026-01-01"),
            *(Column(*each, "rule.sheet_hours", opening.hours) for each in _WEEK),
            Column("闭馆日期", "Closed on", "closed", "2026-02-16、2026-02-17", "rule.sheet_days", opening.days),
            Column(
                "特殊开放",
                "Special days",
                "extra",
                "2026-10-02 10:00-16:00",
                "rule.sheet_hours_of_days",
                opening.hours_of_days,
            ),
        ),
        amends=("calendars",),
        schema=opening.OpeningSchema,
        once=("venue", "code", "valid_from"),
        patch=opening.with_calendar,
    ),
    Kind(
        "installations",
        "VR设施",
        BY_ENTITY["installation"],
        (
            VENUE,
            Column("体验区", "Zone", "zone", "hall-1"),
            Column("设施编号", "Installation", "code", "headset-01"),
            word("设施类型", "Kind of device", "vr_device_kind", "一体机", vocabulary.VR_DEVICE_KINDS),
            word("在场判定", "Presence method", "presence_method", "接近传感器", vocabulary.PRESENCE_METHODS),
            number("席位", "Seats", "seats", "1"),
            day("安装日期", "Installed on", "installed_on", "2026-01-15"),
            day("拆除日期", "Retired on", "retired_on", ""),
        ),
    ),
)
