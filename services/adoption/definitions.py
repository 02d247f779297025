"""Metric definitions, as data: what a figure means, in words an auditor can check it against.

Source: the policy page's sections 4 and 7 (7 overrides). A change is a new version; a version once used is never
edited. Parameters are integers, so that no figure depends on rounding.
"""

from collections.abc import Mapping
from datetime import date
from typing import Literal, NamedTuple


class Text(NamedTuple):
    """Words for a reader, Chinese first."""

    zh: str
    en: str


class Parameter(NamedTuple):
    """A number a definition depends on, with where it comes from."""

    key: str
    value: int
    unit: str
    meaning: Text
    source: str
    clause: str
    version: int
    valid_from: date


class Definition(NamedTuple):
    """A metric; ``denominator`` is None where it is a count.

    ``exclusions`` are why a unit is removed, ``reasons`` why one that stays counts or does not, ``findings`` what is
    counted beside the figure, ``polarity`` whether more of it is better (+1).
    """

    id: str
    version: int
    valid_from: date
    name: Text
    formula: Text
    numerator: Text
    denominator: Text | None
    window: Text
    exclusions: Mapping[str, Text]
    reasons: Mapping[str, Text]
    findings: Mapping[str, Text]
    polarity: Literal[1, -1, 0]
    coverage_unit: str
    parameters: tuple[Parameter, ...]
    clause: str
    source: str

    def parameter(self, key: str) -> int:
        """The value of a parameter."""
        return next(parameter.value for parameter in self.parameters if parameter.key == key)


# The policy page's information date; the date of issue is not in its text.
_FROM = date(2024, 4, 12)

_COVERAGE = Parameter(
    "coverage_min", 90, "percent",
    Text("覆盖率低于此值时不给出结果(INSUFFICIENT)", "below this coverage no value is given (INSUFFICIENT)"),
    "policy page 4.1", "11, 12", 1, _FROM,
)  # fmt: skip


def _merging(key: str, value: int, zh: str, en: str) -> Parameter:
    return Parameter(key, value, "second", Text(zh, en), "policy page 7.5", "12", 1, _FROM)


ACTIVATION = Definition(
    id="H4",
    version=1,
    valid_from=_FROM,
    name=Text("点位激活率", "Slot activation"),
    formula=Text(
        "t1 时在位设备自绑定以来至少有一条非测试记录的点位数 ÷ t1 时已安装且未退役的点位数",
        "slots whose device at t1 has at least one non-test record since its binding / slots installed at t1 and not "
        "retired by t1",
    ),
    numerator=Text(
        "分母中的点位：其 t1 时在位的设备，在绑定生效日(含)至绑定终止日与 t1(均不含)之间的某个民用日有“被听到”的分钟",
        "slots of the denominator whose device at t1 was heard in some minute of a civil day from its binding's first "
        "day until its end and t1, both excluded",
    ),
    denominator=Text(
        "t1 前一日已安装且未退役的点位；未绑定设备的点位留在分母",
        "slots installed and not retired on the day before t1; a slot without a device stays in",
    ),
    window=Text(
        "累计至 t1，即窗口终点(不含)；窗口起点不起作用",
        "cumulative up to t1, the window's end (excluded); its start has no effect",
    ),
    exclusions={
        "not_installed": Text("t1 时尚未安装", "not installed at t1"),
        "retired": Text("t1 前已退役", "retired by t1"),
    },
    reasons={
        "heard": Text("自绑定以来有非测试记录", "heard since its binding"),
        "never_heard": Text("自绑定以来没有非测试记录", "never heard since its binding"),
        "no_device": Text("t1 时没有绑定设备", "no device is bound at t1"),
    },
    findings={},
    polarity=1,
    coverage_unit="slot",
    parameters=(_COVERAGE,),
    clause="11",
    source="policy page 4.2, 7.4",
)

USES = Definition(
    id="V2",
    version=1,
    valid_from=_FROM,
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
    polarity=1,
    coverage_unit="device-open-minute",
    parameters=(
        _COVERAGE,
        _merging("merge_gap_s", 60, "合并的最大间隔", "largest gap that is merged"),
        _merging("shortest_s", 60, "有效会话的最短时长", "shortest valid session"),
        _merging("longest_s", 3600, "会话计入的最长时长，其余另列", "longest length counted, the rest is shown apart"),
    ),
    clause="12",
    source="policy page 4.3, 7.5",
)

DEFINITIONS: Mapping[str, Definition] = {definition.id: definition for definition in (ACTIVATION, USES)}
