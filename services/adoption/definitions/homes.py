"""Homes, measure 11: online rate and daily active households."""

from collections.abc import Mapping

from services.adoption.definitions.shape import (
    AFFECTED_MINUTES,
    COVERAGE_MIN,
    VALID_FROM,
    Definition,
    Parameter,
    Text,
)
from shared.contracts.vocabulary import CATEGORIES

_MAINS_S, _BATTERY_S, _LIFE_SAFETY_S = 900, 14_400, 86_400
_BATTERY = frozenset({"ACCESS_LOCK", "INTRUSION_PRESENCE", "ENVIRONMENT", "CARE_ACCESSIBLE"})


def _longest_interval(category: str) -> Parameter:
    value, power_zh, power = _MAINS_S, "市电", "mains"
    if category == "LIFE_SAFETY":
        value, power_zh, power = _LIFE_SAFETY_S, "燃气、烟感、水浸", "leak and smoke"
    elif category in _BATTERY:
        value, power_zh, power = _BATTERY_S, "电池", "battery"
    name = CATEGORIES[category].name_zh
    meaning = Text(
        f"{name}的最长上报间隔({power_zh})；未申报者按此",
        f"longest reporting interval of {category} ({power}), also if none is declared",
    )
    return Parameter(
        f"interval_max_s.{category}", value, "second", meaning, "[PROP] policy page 7.2", "11", 1, VALID_FROM
    )


ONLINE = Definition(
    id="H6",
    version=1,
    valid_from=VALID_FROM,
    name=Text("在线率", "Online rate"),
    formula=Text("在线分钟之和 ÷ 应在线分钟之和", "online minutes / exposure minutes, summed over slots"),
    numerator=Text(
        "分母中被覆盖的分钟：设备自绑定于该点位起被听到的一分钟 m 覆盖 m 至 m + 2i − 1，跨日延续；"
        "i 为上报间隔的整分钟数(不足一分钟进一，且不超过所属类别的上限)",
        "minutes of the denominator that are covered: a minute m in which the device was heard since its binding to "
        "that slot covers m to m + 2i − 1, also past midnight; i is the reporting interval in whole minutes, rounded "
        "up and at most the category's longest",
    ),
    denominator=Text(
        "点位已安装、未退役且所在住宅已交付的每个民用日的 1440 分钟；当日没有设备的点位为离线，留在分母",
        "the 1,440 minutes of each civil day on which the slot is installed and not retired and its dwelling handed "
        "over; a slot without a device that day is offline and stays in",
    ),
    window=Text("窗口内的民用日", "the civil days of the window"),
    unit="slot-minute",
    exclusions={
        "not_installed": Text("点位当日尚未安装(点位日)", "the slot is not yet installed (slot-days)"),
        "retired": Text("点位当日已退役(点位日)", "the slot is retired (slot-days)"),
        "not_handed_over": Text("住宅当日尚未交付(点位日)", "the dwelling is not yet handed over (slot-days)"),
    },
    reasons={
        "online": Text("当日有在线分钟", "a slot-day with minutes online"),
        "unknown": Text(
            "当日无在线分钟，且有认定中断的未知分钟", "none online, and some UNKNOWN under an approved outage"
        ),
        "offline": Text("当日无在线分钟", "a slot-day with no minute online"),
        "no_device": Text("当日没有绑定设备", "no device is bound on that day"),
    },
    apart={"healthy": Text("在线且无未消除故障的分钟", "minutes online without an active fault")},
    findings={},
    notes={},
    polarity=1,
    coverage_unit="slot-minute",
    parameters=(COVERAGE_MIN, *(_longest_interval(category) for category in CATEGORIES)),
    clause="11",
    source="policy page 4.1, 4.2, 7.2, 7.3, 7.4",
)

_ACTIVE = Text(
    "分母中的活跃户日：当日绑定于该户在用点位的设备，有交互类别的智能(含确认)分钟，或任一类别的确认分钟，"
    "或门锁以外至少两个交互类别的本地分钟；不同意采集的户日恒不活跃",
    "active dwelling-days of the denominator: the devices bound that day to the dwelling's slots in service have a "
    "smart minute (an acknowledgement included) of an interactive category, or an acknowledgement of any category, or "
    "local minutes in two interactive categories other than door locks; a day without consent is never active",
)
_WINDOW = Text("窗口内的民用日", "the civil days of the window")
_NOT_HANDED_OVER = {"not_handed_over": Text("住宅当日尚未交付", "the dwelling is not yet handed over")}
_REASONS: Mapping[str, Text] = {
    "active": Text("活跃", "active"),
    "some_use": Text("有使用，但不足以算活跃", "some use, less than active"),
    "unknown": Text("无使用，且受认定的中断影响", "no use, and affected by an approved outage"),
    "no_use": Text("无使用", "no use"),
    "no_consent": Text(
        "租户拒绝或撤回同意，不采集，留在分母", "the tenants refused or withdrew: nothing is kept, stays in"
    ),
}
_APART: Mapping[str, Text] = {
    "any_use": Text("有任何使用的户日", "dwelling-days with any use"),
    "no_consent": Text("分母中未同意采集的户日", "dwelling-days of the denominator without consent"),
}

ACTIVE_OCCUPIED = Definition(
    id="H7",
    version=1,
    valid_from=VALID_FROM,
    name=Text("日活跃户率", "Daily active household rate"),
    formula=Text("活跃户日之和 ÷ 入住户日之和", "active dwelling-days / occupied dwelling-days"),
    numerator=_ACTIVE,
    denominator=Text(
        "管理单位当月报为入住、当日已交付、且该试点当日有经他人核实的个人信息处理依据的户日",
        "days of dwellings that their manager reports occupied in that month, handed over by that day, while a legal "
        "basis of the pilot, verified by another person, is in force",
    ),
    window=_WINDOW,
    unit="dwelling-day",
    exclusions=_NOT_HANDED_OVER
    | {
        "no_legal_basis": Text("当日没有有效的处理依据", "no legal basis is in force on that day"),
        "not_reported": Text("当月没有入住报告", "occupancy was not reported for that month"),
        "vacant": Text("当月报为未入住", "reported vacant in that month"),
    },
    reasons=_REASONS,
    apart=_APART,
    findings={},
    notes={
        "no_lawful_occupancy": Text(
            "范围内没有合法取得的入住数据，不适用；下限见 H7a",
            "no lawful occupancy data in the scope; H7a gives a lower bound",
        )
    },
    polarity=1,
    coverage_unit="dwelling-day",
    parameters=(COVERAGE_MIN, AFFECTED_MINUTES),
    clause="11",
    source="policy page 4.2, 6 (Q15), 7.2, 7.3, 7.4",
)  # fmt: skip

ACTIVE_HANDED_OVER = ACTIVE_OCCUPIED._replace(
    id="H7a",
    name=Text("日活跃户率(下限)", "Daily active household rate, lower bound"),
    formula=Text(
        "活跃户日之和 ÷ 已交付户日之和(下限)", "active dwelling-days / handed-over dwelling-days (a lower bound)"
    ),
    denominator=Text("住宅已交付的户日，不论是否入住", "days of dwellings handed over, lived in or not"),
    exclusions=_NOT_HANDED_OVER,
    notes={"lower_bound": Text("下限：分母含未入住的户", "a lower bound: the denominator has dwellings not lived in")},
)
