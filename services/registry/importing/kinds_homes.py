"""What can be imported of pilots: the pilots themselves, phases, dwellings, who lives there, and slots."""

from services.registry.entities import BY_ENTITY
from services.registry.importing import cells
from services.registry.importing.kind import Column, Kind, day, flag, name, number, word
from shared.contracts import vocabulary

CATEGORIES = {code: category.name_zh for code, category in vocabulary.CATEGORIES.items()}
DISTRICTS = {district.code: district.name_zh for district in vocabulary.DISTRICTS}
PILOT = Column("试点项目", "Pilot", "pilot", "example-garden")
DWELLING = Column("住宅假名", "Dwelling ref", "dwelling_ref", "EXAMPLE_q7Xk2mPz", "rule.dwelling_ref", opaque=True)
SLOT = Column("点位编号", "Slot code", "code", "living-room-lamp")
_TENANCY = (PILOT, DWELLING, number("租期序号", "Number", "number", "1"))

KINDS_OF_HOMES = (
    Kind(
        "pilots",
        "试点项目",
        BY_ENTITY["pilot"],
        (
            Column("试点项目", "Pilot", "slug", "example-garden"),
            name("名称", "Name", "name", "示例花园"),
            word("区", "District", "district", "南山区", DISTRICTS),
            word("住房类型", "Housing type", "housing_type", "公共租赁住房", vocabulary.HOUSING_TYPES),
            word("资金来源", "Funding source", "funding_source", "政府投资", vocabulary.FUNDING_SOURCES),
            name("备案编号", "Registration code", "registration_code", ""),
            day("开工日期", "Construction start", "construction_start_date", "2025-03-01"),
        ),
    ),
    Kind(
        "phases",
        "期",
        BY_ENTITY["phase"],
        (PILOT, number("期", "Phase", "number", "1"), name("名称", "Name", "name", "一期")),
    ),
    Kind(
        "dwellings",
        "住宅套",
        BY_ENTITY["dwelling"],
        (PILOT, number("期", "Phase", "phase", "1"), DWELLING, Column("户型", "Layout", "layout", "")),
    ),
    Kind(
        "handover",
        "交付",
        BY_ENTITY["dwelling"],
        (PILOT, DWELLING, day("交付日期", "Handed over on", "handed_over_on", "2026-06-30")),
        amends=("handed_over_on",),
    ),
    Kind(
        "slots",
        "配置点位",
        BY_ENTITY["slot"],
        (
            PILOT,
            DWELLING,
            SLOT,
            word("类别", "Category", "category", "照明", CATEGORIES),
            flag("必配", "Required", "required", "是"),
            day("安装日期", "Installed on", "installed_on", "2026-06-01"),
            day("拆除日期", "Retired on", "retired_on", ""),
        ),
    ),
    Kind(
        "slot-dates",
        "点位安装",
        BY_ENTITY["slot"],
        (PILOT, DWELLING, SLOT, day("安装日期", "Installed on", "installed_on", "2026-06-01")),
        amends=("installed_on",),
    ),
    Kind(
        "occupancies",
        "月度入住",
        BY_ENTITY["occupancy"],
        (
            PILOT,
            DWELLING,
            Column("月份", "Month", "month", "2026-07", "rule.month", cells.month),
            flag("是否入住", "Occupied", "occupied", "是"),
        ),
    ),
    Kind(
        "tenancies",
        "租住",
        BY_ENTITY["tenancy"],
        (
            *_TENANCY,
            day("起租日期", "Valid from", "valid_from", "2026-07-01"),
            day("退租日期", "Valid to", "valid_to", ""),
            word("同意情况", "Consent", "consent", "同意", vocabulary.CONSENTS),
            day("同意情况日期", "Consent from", "consent_from", "2026-07-01"),
            day("原同意日期", "Given from", "given_from", ""),
        ),
    ),
    Kind(
        "tenancy-ends",
        "退租",
        BY_ENTITY["tenancy"],
        (*_TENANCY, day("退租日期", "Valid to", "valid_to", "2027-06-30")),
        amends=("valid_to",),
    ),
)
