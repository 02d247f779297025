"""Public VR, measure 12: uses and utilisation."""

from services.adoption.definitions.shape import COVERAGE_MIN, VALID_FROM, Definition, Parameter, Text


def _merging(key: str, value: int, zh: str, en: str) -> Parameter:
    return Parameter(key, value, "second", Text(zh, en), "policy page 7.5", "12", 1, VALID_FROM)


MERGING = (
    _merging("merge_gap_s", 60, "合并的最大间隔", "largest gap that is merged"),
    _merging("shortest_s", 60, "有效会话的最短时长", "shortest valid session"),
    _merging("longest_s", 3600, "会话计入的最长时长，其余另列", "longest length counted, the rest is shown apart"),
)

USES = Definition(
    id="V2",
    version=1,
    valid_from=VALID_FROM,
    name=Text("体验人次", "Uses"),
    formula=Text(
        "开放时间内有效体验会话的人次之和(人次，不是人)",
        "sum of the headcounts of valid sessions in opening hours (uses, not persons)",
    ),
    numerator=Text(
        "同一设备相隔不超过 60 秒、内容相同且前一段未完播的记录合并为一次(检票闸机与人工登记不合并)；"
        "一次不少于 60 秒为有效；其开始的那一秒在当日有效的开放日历内，且设备当日绑定于该设施。"
        "头显恒为 1 人，其他按人数且不超过座位数，未报人数按 1",
        "records of one device at most 60 s apart, of the same content, the earlier not completed, are one session "
        "(not of ticket gates or manual counts); valid from 60 s on; its first second lies in the calendar then in "
        "force and the device is bound to the installation on that day. A headset counts 1, others their headcount "
        "up to the seats, an absent headcount 1",
    ),
    denominator=None,
    window=Text("会话开始所在的民用日", "the civil day in which a session starts"),
    unit="use",
    exclusions={
        "voided": Text("已被撤回的原始记录", "raw record withdrawn by a void"),
        "not_bound": Text("当日设备未绑定于任何 VR 设施", "the device is bound to no VR installation on that day"),
        "not_installed": Text("当日设施尚未安装", "the installation is not yet installed on that day"),
        "retired": Text("当日设施已退役", "the installation is retired by that day"),
        "too_short": Text("合并后不足 60 秒", "shorter than 60 s after merging"),
        "no_calendar": Text("当日没有有效的开放日历", "no opening calendar is in force on that day"),
        "outside_hours": Text("开始时不在开放时间内", "starts outside opening hours"),
        "manual": Text("人工登记，另列，不计入", "manual count, shown apart and never added"),
    },
    reasons={"valid": Text("开放时间内的有效体验", "valid session in opening hours")},
    apart={"manual": Text("人工登记的人次，若计入将为此数", "uses counted by hand: what would count if they did")},
    findings={
        "headcount_absent": Text("未报人数，按 1 人计的会话数", "sessions without a headcount, counted as 1"),
        "above_seats": Text("人数超过座位数，按座位数计的会话数", "sessions above the seats, counted as the seats"),
        "overlong": Text("超过最长时长的会话数", "sessions longer than the longest length"),
        "overlong_s": Text("超出最长时长的秒数之和", "seconds beyond the longest length, summed"),
        "overlapping": Text(
            "开始时同一设备上一次体验尚未结束、且未合并的会话数",
            "sessions that begin before the device's earlier one has ended and are not merged with it",
        ),
        "other_site": Text(
            "记录写明的场所与绑定设施所在场所不同的会话数",
            "sessions whose records name another site than that of the installation",
        ),
    },
    notes={},
    polarity=1,
    coverage_unit="device-open-minute",
    parameters=(COVERAGE_MIN, *MERGING),
    clause="12",
    source="policy page 4.3, 7.5",
)

UTILISATION = Definition(
    id="V5",
    version=1,
    valid_from=VALID_FROM,
    name=Text("利用率", "Utilisation"),
    formula=Text(
        "开放日历内有效体验的设备秒数 ÷ 开放日历内在用设备的秒数",
        "device-seconds of valid sessions within the opening calendar / seconds of devices in service within it",
    ),
    numerator=Text(
        "按 V2 合并、不少于 60 秒的体验(每次最多计 3600 秒)在分母秒数内的部分，落在哪一民用日就计入哪一日，"
        "包括在窗口之前开始的体验；同一秒被同一设备的多次体验覆盖时只计一次；内部以毫秒计，每台设备每日求和后舍去不足一秒的部分",
        "what of sessions, merged as in V2, of 60 s or more and each of at most 3,600 s, lies in the denominator's "
        "seconds, on the civil day in which it lies, also of a session that began before the window; a second that "
        "several sessions of one device cover counts once. In milliseconds inside; a part of a second left over in the "
        "sum of one device and day is dropped",
    ),
    denominator=Text(
        "设备绑定于在用 VR 设施的每个民用日，当日有效开放日历内的秒数",
        "seconds in the calendar in force on each civil day on which the device is bound to an installation in service",
    ),
    window=Text("该秒所在的民用日", "the civil day in which a second lies"),
    unit="device-second",
    exclusions={
        "not_installed": Text("当日设施尚未安装(设备日)", "the installation is not yet installed (device-days)"),
        "retired": Text("当日设施已退役(设备日)", "the installation is retired (device-days)"),
        "manual": Text("人工登记的设施(设备日)", "an installation counted by hand (device-days)"),
        "no_calendar": Text(
            "当日没有有效的开放日历，不计算(设备日)", "no calendar is in force: not computed (device-days)"
        ),
    },
    reasons={
        "used": Text("当日有体验的秒数", "a device-day with seconds in use"),
        "idle": Text("当日没有体验", "a device-day without use"),
    },
    apart={
        "no_calendar": Text("没有开放日历、因而未计算的设备日数", "device-days not computed for want of a calendar"),
        "overlapping_s": Text(
            "被同一设备多次体验重叠覆盖、只计一次的秒数",
            "seconds that several sessions cover, beyond the one that counts",
        ),
    },
    findings={},
    notes={"no_calendar": Text("范围内没有开放日历，利用率不计算", "no opening calendar in the scope: not computed")},
    polarity=1,
    coverage_unit="device-open-second",
    parameters=(COVERAGE_MIN, *MERGING),
    clause="12",
    source="policy page 4.1, 4.3, 7.3, 7.5",
)
