"""Homes, measure 11: which households are activated."""

from services.adoption.definitions.shape import (
    AFFECTED_MINUTES,
    COVERAGE_MIN,
    VALID_FROM,
    Definition,
    Parameter,
    Text,
)

HOUSEHOLD_ACTIVATION = Definition(
    id="H5",
    version=1,
    valid_from=VALID_FROM,
    name=Text("户激活率", "Household activation"),
    formula=Text(
        "t1 前 30 日内至少有 min(3, 应配品类数) 个品类有记录的已交付住宅数 ÷ 已交付住宅数",
        "handed-over dwellings with records in at least min(3, required) categories in the last 30 days / handed-over "
        "dwellings",
    ),
    numerator=Text(
        "分母中的住宅：t1 前 30 日内，应配点位上当日绑定的设备有“被听到”的分钟的品类数达标；"
        "只计点位在用、住宅已交付且同意采集的日。应配品类是 t1 时未退役的应配点位的品类，未安装的也算；"
        "没有应配点位的住宅至少须一个品类，即不激活",
        "dwellings of the denominator in which enough categories were heard in the last 30 days: in some minute of a "
        "device bound that day to a required slot, on a day on which the slot is in service, the dwelling handed over "
        "and nobody refused. Required categories are those of required slots not retired at t1, installed or not; a "
        "dwelling without any needs one, and so is not activated",
    ),
    denominator=Text(
        "t1 前一日已交付的住宅，不论是否入住、有无数据通道或同意采集。"
        "品类未被听到且其设备在位的每一日均受认定中断影响，为未知；未知品类若被听到即可达标的住宅，实测值不计",
        "dwellings handed over by the day before t1, lived in or not, with a feed or consent or not. A category is "
        "UNKNOWN if it was not heard and an approved outage affects every day on which it had a device; a dwelling "
        "that UNKNOWN categories would make activated is left out of the observed value",
    ),
    window=Text(
        "t1 即窗口终点(不含)之前的 30 日；窗口起点不起作用",
        "the 30 days before t1, the window's end (excluded); its start has no effect",
    ),
    unit="dwelling",
    exclusions={"not_handed_over": Text("t1 时住宅尚未交付", "the dwelling is not handed over at t1")},
    reasons={
        "activated": Text("有记录的品类数达标", "heard in enough categories"),
        "unknown": Text("不足；若无认定的中断则可能达标", "too few, but might be enough without approved outages"),
        "no_consent": Text("30 日内没有同意采集之日，留在分母", "no day of the 30 with consent: stays in"),
        "too_few": Text("有记录的品类数不足", "heard in too few categories"),
        "never_heard": Text("没有任何记录", "not heard at all"),
    },
    apart={
        "any_category": Text("至少一个应配品类有记录的住宅数", "dwellings heard in any required category"),
        "no_consent": Text("30 日内没有同意采集之日的住宅数", "dwellings without a day of consent in the 30"),
    },
    findings={},
    notes={},
    polarity=1,
    coverage_unit="dwelling",
    parameters=(
        COVERAGE_MIN,
        AFFECTED_MINUTES,
        Parameter(
            "categories_min", 3, "category",
            Text("须有记录的品类数；应配品类较少时为其全部", "categories to be heard; all where fewer are required"),
            "policy page 7.4", "11", 1, VALID_FROM,
        ),
        Parameter(
            "recent_days", 30, "day", Text("t1 前的日数", "days before t1"), "policy page 7.4", "11", 1, VALID_FROM
        ),
    ),
    clause="11",
    source="policy page 4.2, 7.2, 7.3, 7.4",
)  # fmt: skip
