"""Public VR, measure 12: how often, how long, and how far devices are used."""

from services.adoption.definitions.shape import COVERAGE_MIN, VALID_FROM, Definition, Parameter, Text
from services.adoption.definitions.venues import MERGING, USES, UTILISATION

AFFECTED_OPEN_MINUTES = Parameter(
    "affected_open_minutes", 60, "minute",
    Text("开放时间内未知分钟达到此值(开放不足此值则全部未知)的设备开放日为受影响",
         "affected: a device-open-day with so many UNKNOWN minutes of opening hours, or all where they are fewer"),
    "policy page 7.3", "12", 1, VALID_FROM,
)  # fmt: skip
DEVICE_OPEN_DAYS = {
    **UTILISATION.exclusions,
    "closed": Text("当日不开放，包括闭馆日与全市停业(设备日)", "not open on that day, closures included (device-days)"),
}

SESSION_RATE = Definition(
    id="V3",
    version=1,
    valid_from=VALID_FROM,
    name=Text("日均次数", "Sessions per device-open-day"),
    formula=Text("有效体验次数 ÷ 在用设备的设备开放日数", "valid sessions / device-open-days in service"),
    numerator=Text(
        "V2 所计的体验，每次计 1，不论人次；非开放时间开始的不计，以免抬高",
        "the sessions that V2 counts, each once whatever its headcount; none that starts outside opening hours, which "
        "would only raise the rate",
    ),
    denominator=Text(
        "设备绑定于在用 VR 设施、且所在体验区当日至少开放一分钟的每一设备日；设备在线而无体验为真实的 0，"
        "当日没有任何数据的按 0 计并列明(not_heard)",
        "every day on which a device is bound to an installation in service whose zone is open for a minute or more; "
        "a device that is heard and not used is a true 0, one of which nothing is heard on that day counts as 0 and "
        "is listed (not_heard)",
    ),
    window=Text("民用日；体验按其开始的那一日", "civil days; a session counts on the day in which it starts"),
    unit="session-per-device-open-day",
    exclusions=DEVICE_OPEN_DAYS,
    reasons={
        "valid": Text("开放时间内的有效体验", "valid session in opening hours"),
        "used": Text("当日有体验", "a day with a session"),
        "unknown": Text("受影响且没有体验，按 0 计", "affected and without a session: counts as 0"),
        "no_session": Text("有数据，当日没有体验", "heard, without a session"),
        "not_heard": Text("当日没有任何数据，按 0 计", "nothing heard on that day: counts as 0"),
    },
    apart={"not_heard": Text("没有任何数据的设备开放日数", "device-open-days on which nothing was heard")},
    findings={},
    notes={},
    polarity=1,
    coverage_unit="device-open-day",
    parameters=(COVERAGE_MIN, AFFECTED_OPEN_MINUTES, *MERGING),
    clause="12",
    source="policy page 4.3, 7.3, 7.5",
    in_percent=False,
)


def _rank(key: str, value: int, zh: str, en: str) -> Parameter:
    return Parameter(key, value, "percent", Text(zh, en), "policy page 7.5", "12", 1, VALID_FROM)


SESSION_LENGTH = Definition(
    id="V4",
    version=1,
    valid_from=VALID_FROM,
    name=Text("体验时长", "Session length"),
    formula=Text(
        "有效体验秒数之和 ÷ 次数 n(平均)；另列下中位数与 p90",
        "seconds of valid sessions / their number n (the mean); beside it the lower median and p90",
    ),
    numerator=Text(
        "V2 所计的每次体验的整秒数(最多 3600)之和；不足一秒的部分舍去",
        "whole seconds, at most 3,600, of each session that V2 counts, summed; a part of a second is dropped",
    ),
    denominator=Text("V2 所计的体验次数 n；n 少于 30 不给出结果", "n, the sessions that V2 counts; no value below 30"),
    window=Text("体验开始所在的民用日", "the civil day in which a session starts"),
    unit="second-per-session",
    exclusions=USES.exclusions,
    reasons=USES.reasons,
    apart={
        "median_s": Text("下中位数：升序第 ⌈n/2⌉ 个(秒)", "lower median: of rank ⌈n/2⌉, ascending (seconds)"),
        "p90_s": Text("p90：升序第 ⌈0.9n⌉ 个(秒)", "p90: of rank ⌈0.9n⌉, ascending (seconds)"),
    },
    findings={},
    notes={"too_few": Text("体验次数少于 30，不给出结果", "fewer than 30 sessions: no value is given")},
    # neither longer nor shorter is better: only what was observed is measured
    polarity=0,
    coverage_unit=USES.coverage_unit,
    parameters=(
        COVERAGE_MIN,
        Parameter("smallest_n", 30, "session", Text("给出结果所需的最少次数", "the fewest sessions for a value"),
                  "policy page 4.3", "12", 1, VALID_FROM),
        _rank("median_rank", 50, "中位数的秩占 n 的百分比，向上取整", "rank of the median in percent of n, rounded up"),
        _rank("p90_rank", 90, "p90 的秩占 n 的百分比，向上取整", "rank of p90 in percent of n, rounded up"),
        *MERGING,
    ),
    clause="12",
    source="policy page 4.3, 7.5",
    in_percent=False,
)  # fmt: skip

COMPLETION = Definition(
    id="V9",
    version=1,
    valid_from=VALID_FROM,
    name=Text("完播率", "Completion"),
    formula=Text("完播的有效记录 ÷ 带内容的有效记录", "valid records completed / valid records with content"),
    numerator=Text(
        "分母中报明已完播(completed)的记录；未报的视为未完播",
        "those of the denominator that say they were completed; absent is not completed",
    ),
    denominator=Text(
        "逐条原始记录，不合并：按 V2 的条件单独判断(不少于 60 秒、开始时在开放时间内、设施在用、非人工登记)且写明内容",
        "raw records, each judged by itself as V2 judges a session, without merging (60 s or more, starting in opening "
        "hours, at an installation in service, not counted by hand), that name a content",
    ),
    window=Text("记录开始所在的民用日", "the civil day in which a record starts"),
    unit="record",
    exclusions={
        **USES.exclusions,
        "too_short": Text("单条记录不足 60 秒", "record shorter than 60 s"),
        "no_content": Text("有效但没有内容信息", "valid, but without content"),
    },
    reasons={
        "completed": Text("已完播", "completed"),
        "not_completed": Text("未完播或未报", "not completed, or not said"),
    },
    apart={"valid": Text("有效记录数，含没有内容信息的", "valid records, those without content among them")},
    findings={},
    notes={},
    polarity=1,
    coverage_unit=USES.coverage_unit,
    parameters=(COVERAGE_MIN, *(one for one in MERGING if one.key == "shortest_s")),
    clause="12",
    source="policy page 4.3, 7.5",
)
