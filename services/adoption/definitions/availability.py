"""Public VR, measure 12: whether devices are there to be used."""

from services.adoption.definitions.sessions import AFFECTED_OPEN_MINUTES, DEVICE_OPEN_DAYS
from services.adoption.definitions.shape import COVERAGE_MIN, VALID_FROM, Definition, Parameter, Text
from services.adoption.definitions.venues import UTILISATION

# Headsets that are worn without a cable run on a battery and sleep when nobody wears them; all else is on mains.
BATTERY_KINDS = frozenset({"HMD_STANDALONE", "AR_GLASSES"})

AVAILABLE_MINUTES = Definition(
    id="V7",
    version=1,
    valid_from=VALID_FROM,
    name=Text("可用率(市电设备)", "Availability of devices on mains"),
    formula=Text("开放时间内的健康分钟 ÷ 开放时间的分钟", "healthy open minutes / open minutes"),
    numerator=Text(
        "分母中在线且没有进行中故障的分钟；在线的判定同 H6：收到数据的一分钟覆盖两个上报间隔，自绑定之日起，可跨午夜",
        "minutes of the denominator online and without an active fault; online as in H6: a minute in which the device "
        "is seen covers two reporting intervals, from its binding on and past midnight",
    ),
    denominator=Text(
        "市电设备(一体机与 AR 眼镜之外的设备)绑定于在用 VR 设施的每个民用日，当日有效开放日历内的分钟，故障时间在内",
        "minutes in the calendar in force on each civil day on which a device on mains (any but standalone headsets "
        "and AR glasses) is bound to an installation in service, time of faults included",
    ),
    window=Text("该分钟所在的民用日", "the civil day in which a minute lies"),
    unit="device-minute",
    exclusions={
        **UTILISATION.exclusions,
        "battery": Text("电池头显，见 V7a(设备日)", "battery headset, see V7a (device-days)"),
    },
    reasons={
        "healthy": Text("当日有健康分钟", "a device-day with healthy minutes"),
        "faulty": Text("当日在线时都有故障", "online, and never without a fault"),
        "unknown": Text("不在线，且有未知分钟", "not online, with UNKNOWN minutes"),
        "offline": Text("当日离线", "offline"),
    },
    apart={"online": Text("开放时间内的在线分钟，不论有无故障", "open minutes online, with or without a fault")},
    findings={},
    notes={},
    polarity=1,
    coverage_unit="device-open-minute",
    parameters=(
        COVERAGE_MIN,
        Parameter("interval_max_s", 900, "second", Text("上报间隔的上限", "longest reporting interval"),
                  "policy page 7.2", "12", 1, VALID_FROM),
    ),
    clause="12",
    source="policy page 4.3, 7.2, 7.3, 7.5",
)  # fmt: skip

AVAILABLE_DAYS = Definition(
    id="V7a",
    version=1,
    valid_from=VALID_FROM,
    name=Text("可用率(电池头显)", "Availability of battery headsets"),
    formula=Text("可用的设备开放日 ÷ 设备开放日", "device-open-days available / device-open-days"),
    numerator=Text(
        "自当日首次开放前 60 分钟至末次关闭，至少收到一次数据，且其间任何一分钟都没有进行中的故障；"
        "只计绑定之日起的数据",
        "heard at least once from 60 minutes before the day's first opening to its last close, and no fault active in "
        "any minute of that time; only what is heard from the day of the binding on",
    ),
    denominator=Text(
        "电池头显(一体机与 AR 眼镜)绑定于在用 VR 设施、且所在体验区当日至少开放一分钟的每一设备日",
        "every day on which a battery headset (standalone, or AR glasses) is bound to an installation in service whose "
        "zone is open for a minute or more",
    ),
    window=Text("民用日", "civil days"),
    unit="device-open-day",
    exclusions={**DEVICE_OPEN_DAYS, "mains": Text("市电设备，见 V7(设备日)", "device on mains, see V7 (device-days)")},
    reasons={
        "available": Text("收到数据且没有故障", "heard, and no fault"),
        "fault": Text("收到数据但有故障", "heard, with a fault"),
        "unknown": Text("受影响且没有收到数据", "affected, and not heard"),
        "not_heard": Text("没有收到数据", "not heard"),
    },
    apart={},
    findings={},
    notes={},
    polarity=1,
    coverage_unit="device-open-day",
    parameters=(
        COVERAGE_MIN,
        AFFECTED_OPEN_MINUTES,
        Parameter("before_opening", 60, "minute", Text("首次开放之前计入的分钟", "minutes before the first opening"),
                  "policy page 7.5", "12", 1, VALID_FROM),
    ),
    clause="12",
    source="policy page 4.3, 7.3, 7.5",
)  # fmt: skip
