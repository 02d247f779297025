"""Homes, measure 11: which tenancies are still active after 60 days."""

from services.adoption.definitions.shape import (
    AFFECTED_MINUTES,
    COVERAGE_MIN,
    VALID_FROM,
    Definition,
    Parameter,
    Text,
)

RETENTION = Definition(
    id="H10",
    version=1,
    valid_from=VALID_FROM,
    name=Text("90 日留存", "90-day retention"),
    formula=Text(
        "第 61–90 日至少一日活跃的租住数 ÷ 第 90 日落在窗口内且仍在租的租住数",
        "tenancies active on at least one of days 61 to 90 / tenancies whose day 90 lies in the window, still running "
        "on it",
    ),
    numerator=Text(
        "分母中的租住：第 61 至第 90 日至少一日按 H7 活跃；不同意采集的日恒不活跃",
        "tenancies of the denominator active as in H7 on at least one of their days 61 to 90; a day without consent is "
        "never active",
    ),
    denominator=Text(
        "第 1 日为租住期内、住宅交付后的首个活跃日(以所得数据为准)；第 90 日在窗口内且租住至第 90 日未终止。"
        "逐月窗口的队列互不重叠，可加总。受影响且未见活跃的日视为不活跃；实测值只看第 61–90 日中未受影响的日，"
        "一日不剩的租住不计；覆盖率以户日计",
        "day 1 is the first active day of the tenancy, after the hand-over, as far as data tell; day 90 lies in the "
        "window, so that it is before t1, and the tenancy has not ended by it. The cohorts of one month after another "
        "are disjoint and add up. An affected day with nothing active counts as not active; the observed value looks "
        "at unaffected days of 61 to 90 alone and leaves out a tenancy that has none; coverage counts dwelling-days",
    ),
    window=Text(
        "队列：第 90 日落在窗口内的租住",
        "the cohort: tenancies whose day 90 lies in the window; facts go back to day 1",
    ),
    unit="tenancy",
    exclusions={
        "never_active": Text("窗口内在租，t1 前没有活跃日", "running in the window, and not active before t1"),
        "too_young": Text("t1 时未满 90 日，尚不能判断", "day 90 is not before t1: censored, not zero"),
        "ended": Text("第 90 日前或当日已终止", "ended by day 90"),
    },
    reasons={
        "retained": Text("第 61–90 日有活跃日", "active on some of days 61 to 90"),
        "no_consent": Text("第 61–90 日均未同意采集，留在分母", "none of days 61 to 90 with consent: stays in"),
        "unknown": Text("未见活跃，且有日受认定的中断影响", "not active, and some day affected by an approved outage"),
        "not_retained": Text("第 61–90 日没有活跃日", "active on none of days 61 to 90"),
    },
    apart={
        "ended": Text("第 90 日落在窗口内但已终止的租住", "tenancies whose day 90 lies in the window, ended by then"),
        "no_consent": Text("第 61–90 日有日未同意采集的租住", "tenancies with a day of 61 to 90 without consent"),
    },
    findings={},
    notes={},
    polarity=1,
    coverage_unit="dwelling-day",
    parameters=(
        COVERAGE_MIN,
        AFFECTED_MINUTES,
        Parameter(
            "retained_from_day", 61, "day", Text("起始日", "first of the days"), "policy page 7.4", "11", 1, VALID_FROM
        ),
        Parameter(
            "retained_to_day", 90, "day", Text("末日", "last of the days"), "policy page 7.4", "11", 1, VALID_FROM
        ),
    ),
    clause="11",
    source="policy page 4.2, 7.2, 7.3, 7.4",
)
