"""Homes, measure 11: how often those that are active are."""

from services.adoption.definitions.homes import ACTIVE_HANDED_OVER
from services.adoption.definitions.shape import Text

STICKINESS = ACTIVE_HANDED_OVER._replace(
    id="H9",
    name=Text("粘性", "Stickiness"),
    formula=Text(
        "活跃户日之和 ÷ 窗口内至少一日活跃的住宅的在用日之和(非主要指标)",
        "active dwelling-days / in-service days of dwellings active on at least one day (not a headline)",
    ),
    numerator=Text(
        "分母中按 H7 为活跃的户日；不同意采集的户日恒不活跃",
        "dwelling-days of the denominator that are active as in H7; a day without consent is never active",
    ),
    denominator=Text(
        "窗口内至少一个在用日活跃的住宅的全部在用日：住宅已交付且至少一个点位已安装未退役，不论是否入住。"
        "受影响且未见活跃的日视为不活跃；实测值对未受影响的日适用同一规则。覆盖率即 H7 的覆盖率"
        "(没有合法入住数据时为 H7a 的)，故 H7 不足时本指标亦不给出",
        "all in-service days, the dwelling handed over and a slot installed and not retired, lived in or not, of "
        "dwellings with such a day that is active. An affected day with nothing active counts as not active; the "
        "observed value is the same rule over unaffected days. Coverage is that of H7 (of H7a without lawful occupancy "
        "data), so that there is no value where H7 is INSUFFICIENT",
    ),
    exclusions={
        **ACTIVE_HANDED_OVER.exclusions,
        "no_slot_in_service": Text("当日没有在用的点位", "no slot is in service on that day"),
        "never_active": Text("该住宅在窗口内没有活跃日(户日)", "the dwelling has no active day in the window"),
    },
    apart={
        **ACTIVE_HANDED_OVER.apart,
        "active_dwellings": Text("至少一日活跃的住宅数", "dwellings active on at least one day"),
        "unknown_dwellings": Text(
            "没有活跃日、但有受影响之日的住宅数，可能活跃过",
            "dwellings with no active day but an affected one: they may have been active",
        ),
    },
    notes={},
)
