"""Homes, measure 11: what of the use of slots is automated, and which slots are idle."""

from services.adoption.definitions.shape import (
    AFFECTED_MINUTES,
    COVERAGE_MIN,
    VALID_FROM,
    Definition,
    Parameter,
    Text,
)

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

IDLE_SLOTS = Definition(
    id="H13",
    version=1,
    valid_from=VALID_FROM,
    name=Text("闲置率", "Idle slot rate"),
    formula=Text(
        "最近 30 个可观测日无使用的点位数 ÷ 窗口内任一日在用的点位数",
        "slots whose last 30 observable days hold no use / slots in service on any day of the window",
    ),
    numerator=Text(
        "分母中的点位：至窗口内最后在用日为止，最近 30 个可观测日(在用且未受认定中断影响，其余日跳过，"
        "可早于窗口；暖通新风 365 日)均无使用，无设备之日亦然。"
        "使用指交互类别的本地、智能或确认分钟，自动动作不算；非交互类别指在线分钟。"
        "未同意采集之日视为无使用。可观测日不足、而连同受影响的日已足、且未见使用者为未知：报告值计为闲置，实测值不计",
        "slots of the denominator whose last 30 observable days up to the last one in service in the window hold no "
        "use: days in service that no approved outage affects, others skipped, also before the window; of HVAC_AIR "
        "365; a day without a device holds none. Use is a local, smart or ack minute of an interactive category, not "
        "an automated one; of a passive category a minute online. A day without consent holds none. UNKNOWN is a slot "
        "with too few observable days, enough with the affected ones, and no use: the reported value counts it as "
        "idle, the observed one leaves it out. A row's day is the first one looked at",
    ),
    denominator=Text(
        "窗口内至少一日在用(已安装、未退役、住宅已交付)的点位，有无设备均计；"
        "在用不足 30 日且未见使用的留在分母，不算闲置。覆盖率以所考察的点位日计",
        "slots in service on a day of the window: installed, not retired, the dwelling handed over, with a device or "
        "not. One in service for fewer days and never used stays in and is not idle. Coverage counts the slot-days "
        "looked at",
    ),
    window=Text("t1 即窗口终点(不含)；窗口决定哪些点位在用", "at t1, the window's end; the window says which slots"),
    unit="slot",
    exclusions={why: Text(f"窗口内{zh}", f"on no day of the window: {en}") for why, (zh, en) in NOT_IN_SERVICE.items()},
    reasons={
        "idle": Text("最近的可观测日均无使用", "no use on the last observable days"),
        "unknown": Text("可观测日不足，未见使用", "too few observable days, and no use on them"),
        "used": Text("最近的可观测日有使用", "used on the last observable days"),
        "too_new": Text("在用日数不足，未见使用", "not in service for so many days, and no use"),
    },
    apart={
        "idle_occupied": Text("其中住宅报为入住的闲置点位", "idle slots of dwellings reported occupied"),
        "occupied": Text("分母中住宅报为入住的点位", "slots of the denominator of dwellings reported occupied"),
        "idle_vacant": Text("其中住宅报为未入住的闲置点位", "idle slots of dwellings reported vacant"),
        "vacant": Text("分母中住宅报为未入住的点位", "slots of the denominator of dwellings reported vacant"),
        "idle_untold": Text("其中入住情况不能合法得知的闲置点位", "idle slots of dwellings of which it is not told"),
        "untold": Text("分母中入住情况不能合法得知的点位", "slots of the denominator of which it is not told"),
        "no_consent": Text("所考察的日含未同意采集之日的闲置点位", "idle slots with a day without consent among them"),
        "no_device": Text("所考察的日均无设备的闲置点位", "idle slots without a device on any day looked at"),
        "used_on_skipped": Text("在被跳过的日有使用的闲置点位", "idle slots that were used on a day skipped"),
        "skipped_days": Text("因中断被跳过的点位日", "slot-days skipped for an outage"),
    },
    findings={},
    notes={},
    polarity=-1,
    coverage_unit="slot-day",
    parameters=(
        COVERAGE_MIN,
        AFFECTED_MINUTES,
        Parameter(
            "idle_days", 30, "day", Text("可观测日数", "observable days"), "policy page 7.4", "11", 1, VALID_FROM
        ),
        Parameter(
            "idle_days_hvac", 365, "day", Text("暖通新风的可观测日数", "observable days of HVAC_AIR"),
            "policy page 7.4", "11", 1, VALID_FROM,
        ),
    ),
    clause="11",
    source="policy page 4.2, 7.3, 7.4",
)  # fmt: skip
