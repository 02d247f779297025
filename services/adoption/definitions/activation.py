"""Homes, measure 11: slot activation."""

from services.adoption.definitions.shape import COVERAGE_MIN, VALID_FROM, Definition, Text

ACTIVATION = Definition(
    id="H4",
    version=1,
    valid_from=VALID_FROM,
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
    unit="slot",
    exclusions={
        "not_installed": Text("t1 时尚未安装", "not installed at t1"),
        "retired": Text("t1 前已退役", "retired by t1"),
    },
    reasons={
        "heard": Text("自绑定以来有非测试记录", "heard since its binding"),
        "never_heard": Text("自绑定以来没有非测试记录", "never heard since its binding"),
        "no_device": Text("t1 时没有绑定设备", "no device is bound at t1"),
    },
    apart={},
    findings={},
    notes={},
    polarity=1,
    coverage_unit="slot",
    parameters=(COVERAGE_MIN,),
    clause="11",
    source="policy page 4.2, 7.4",
)
