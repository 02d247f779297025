"""Public VR, measure 12: use outside opening hours, which is tests or inflation."""

from services.adoption.definitions.shape import COVERAGE_MIN, VALID_FROM, Definition, Parameter, Text
from services.adoption.definitions.venues import MERGING, UTILISATION

OUT_OF_HOURS = Definition(
    id="V6",
    version=1,
    valid_from=VALID_FROM,
    name=Text("非开放时段占比", "Out-of-hours share"),
    formula=Text(
        "开放日历之外的有效体验设备秒数 ÷ 全部有效体验设备秒数",
        "device-seconds of valid sessions outside the opening calendar / all of them",
    ),
    numerator=Text(
        "分母中不在当日开放日历之内的秒数(全部减去 V5 的秒数)；未知且不在开放时间内的每一秒按使用计(保守值)",
        "those of the denominator outside the day's calendar (all but V5's); every UNKNOWN second outside opening "
        "hours counts as one of use (conservative)",
    ),
    denominator=Text(
        "V5 各设备日内有效体验(按 V2 合并，不少于 60 秒，每次最多 3600 秒)的秒数，落在哪一民用日就计入哪一日，"
        "重叠只计一次；每台设备每日求和后舍去不足一秒的部分；保守值加上开放时间之外的未知秒数。没有任何体验秒数时不计算",
        "seconds of valid sessions (merged as in V2, of 60 s or more, each of at most 3,600 s) on the device-days of "
        "V5, on the civil day in which they lie, once where sessions overlap; a part of a second left over in the sum "
        "of one device and day is dropped; to the conservative value the UNKNOWN seconds outside the hours are added. "
        "Without a second in use there is no share",
    ),
    window=Text("该秒所在的民用日", "the civil day in which a second lies"),
    unit="device-second",
    exclusions=UTILISATION.exclusions,
    reasons={
        "within": Text("开放时间内的体验秒数", "seconds in use within opening hours"),
        "outside": Text("开放时间外的体验秒数", "seconds in use outside opening hours"),
        "unknown": Text("开放时间外的未知秒数，按使用计", "UNKNOWN seconds outside opening hours, counted as use"),
    },
    apart={},
    findings={
        "above_limit": Text("观测到的占比超过上限(1 为是)", "the observed share is above the limit (1: it is)"),
    },
    notes=UTILISATION.notes,
    polarity=-1,
    coverage_unit="device-second",
    parameters=(
        COVERAGE_MIN,
        Parameter("most_out_of_hours", 5, "percent", Text("超过即为异常", "more than this is an exception"),
                  "policy page 4.3", "12", 1, VALID_FROM),
        *MERGING,
    ),
    clause="12",
    source="policy page 4.3, 7.3, 7.5",
)  # fmt: skip
