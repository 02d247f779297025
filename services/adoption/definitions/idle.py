"""Public VR, measure 12: which devices nobody uses."""

from services.adoption.definitions.sessions import AFFECTED_OPEN_MINUTES
from services.adoption.definitions.shape import COVERAGE_MIN, VALID_FROM, Definition, Parameter, Text
from services.adoption.definitions.venues import MERGING

IDLE_DEVICES = Definition(
    id="V10",
    version=1,
    valid_from=VALID_FROM,
    name=Text("闲置率", "Idle device rate"),
    formula=Text("t1 时闲置的在用设备 ÷ t1 时的在用设备", "devices idle at t1 / devices in service at t1"),
    numerator=Text(
        "自 t1 向前至第 30 个可观测的设备开放日、最多 60 个民用日，没有任何一日开始过 V2 所计的体验(设备曾在何处不论)。"
        "受影响的日跳过；满 60 日而不足 30 个的，须 60 日都在用。因未知日无法判定的按闲置计(保守值)",
        "back from t1 to the 30th observable device-open-day, at most 60 calendar days, no session that V2 counts "
        "began on any day, wherever the device was. Affected days are skipped; where the 60 days hold fewer than 30, "
        "the device was in service on all 60. One of which UNKNOWN days do not let it be said counts as idle "
        "(conservative)",
    ),
    denominator=Text(
        "t1 前一日绑定于在用 VR 设施的设备；在用尚短、无法称为闲置的(too_new)也在内，不算闲置",
        "devices bound to an installation in service on the day before t1; those in service too short a time to be "
        "called idle (too_new) are among them, and not idle",
    ),
    window=Text("只看 t1，窗口的起点无关", "t1 alone; where the window starts does not matter"),
    unit="device",
    exclusions={
        "not_installed": Text("设施尚未安装", "the installation is not yet installed"),
        "retired": Text("设施已退役", "the installation is retired"),
        "manual": Text("人工登记的设施", "an installation counted by hand"),
        "no_calendar": Text("没有有效的开放日历，不计算", "no calendar is in force: not computed"),
    },
    reasons={
        "used": Text("有体验", "used"),
        "idle": Text("闲置", "idle"),
        "unknown": Text("因未知日无法判定，按闲置计", "UNKNOWN days do not let it be said: counts as idle"),
        "too_new": Text("在用尚短，不算闲置", "in service for too short a time: not idle"),
    },
    apart={"too_new": Text("在用尚短的设备数", "devices in service for too short a time")},
    findings={},
    notes={},
    polarity=-1,
    coverage_unit="device",
    parameters=(
        COVERAGE_MIN,
        AFFECTED_OPEN_MINUTES,
        Parameter("idle_open_days", 30, "device-open-day", Text("可观测的设备开放日", "observable device-open-days"),
                  "policy page 4.3, 7.5", "12", 1, VALID_FROM),
        Parameter("idle_calendar_days", 60, "day", Text("最多回看的民用日", "calendar days, at most"),
                  "policy page 7.5", "12", 1, VALID_FROM),
        *MERGING,
    ),
    clause="12",
    source="policy page 4.3, 7.3, 7.4, 7.5",
)  # fmt: skip
