"""Homes, measure 11: what of the use of slots is automated."""

from services.adoption.definitions.shape import AFFECTED_MINUTES, COVERAGE_MIN, VALID_FROM, Definition, Text

NOT_IN_SERVICE = {
    "not_installed": Text("点位尚未安装", "the slot is not yet installed"),
    "retired": Text("点位已退役", "the slot is retired"),
    "not_handed_over": Text("住宅尚未交付", "the dwelling is not yet handed over"),
}

AUTOMATION = Definition(
    id="H12",
    version=1,
    valid_from=VALID_FROM,
    name=Text("联动占比", "Automation share"),
    formula=Text(
        "自动(定时、联动)的设备分钟 ÷ 自动或本地或智能(含确认)的设备分钟，仅交互类别",
        "automated (schedule, linkage) device-minutes / automated, local or smart (an acknowledgement included) "
        "device-minutes, of interactive categories",
    ),
    numerator=Text(
        "分母中有自动动作的设备分钟，同一分钟另有人为操作的也计",
        "device-minutes of the denominator with something automated, also where a person acted in the same minute",
    ),
    denominator=Text(
        "交互类别在用点位当日绑定的设备，在同意采集且未受认定中断影响的日，有自动、本地、智能或确认动作的分钟；"
        "同一设备一分钟只计一次，仅心跳或读数的分钟不计。占比无优劣之分，无法将未知计入不利一方，故只有实测值",
        "minutes in which the device bound that day to a slot in service of an interactive category did something "
        "automated, local, smart or acknowledged, on days with consent that no approved outage affects; a minute of a "
        "device counts once, one with a heartbeat or reading alone does not. More is neither better nor worse, so "
        "UNKNOWN can be held against nobody: there is an observed value only, shown as both",
    ),
    window=Text("窗口内的民用日", "the civil days of the window"),
    unit="device-minute",
    exclusions={
        **{why: Text(f"{zh}(点位日)", f"{en} (slot-days)") for why, (zh, en) in NOT_IN_SERVICE.items()},
        "not_interactive": Text("非交互类别(点位日)", "not an interactive category (slot-days)"),
        "no_consent": Text("租户拒绝或撤回同意，不采集(点位日)", "the tenants refused or withdrew (slot-days)"),
        "affected": Text("受认定的中断影响(点位日)", "affected by an approved outage (slot-days)"),
    },
    reasons={
        "automated": Text("当日只有自动动作", "a slot-day with automated minutes alone"),
        "mixed": Text("当日自动与人为均有", "a slot-day with automated minutes and minutes of persons"),
        "by_persons": Text("当日只有人为操作", "a slot-day with minutes of persons alone"),
    },
    apart={"both": Text("同一分钟既有自动又有人为操作的设备分钟", "device-minutes both automated and of a person")},
    findings={},
    notes={},
    polarity=0,
    coverage_unit="slot-day",
    parameters=(COVERAGE_MIN, AFFECTED_MINUTES),
    clause="11",
    source="policy page 4.2, 7.3, 7.4",
)
