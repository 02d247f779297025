"""Homes, measure 11: households by the month."""

from services.adoption.definitions.homes import ACTIVE_HANDED_OVER
from services.adoption.definitions.shape import (
    AFFECTED_MINUTES,
    COVERAGE_MIN,
    VALID_FROM,
    Definition,
    Parameter,
    Text,
)

MONTHS = Text(
    "完整落在窗口内的自然月；被窗口截断的月不计，列为剔除",
    "the calendar months that lie wholly in the window; a month the window cuts is not judged, and listed as removed",
)
COUNTED_DAYS_MIN = Parameter(
    "counted_days_min", 15, "day",
    Text("住宅当月至少有这么多应计户日，才计入该月", "a dwelling counts for a month with so many counted days in it"),
    "policy page 7.4", "11", 1, VALID_FROM,
)  # fmt: skip
PARTIAL_MONTH: dict[str, Text] = {
    "partial_month": Text("窗口未含该月全部日期", "the window does not hold the whole month")
}
NO_WHOLE_MONTH: dict[str, Text] = {
    "no_whole_month": Text("窗口内没有完整的自然月，不适用", "the window holds no whole calendar month")
}
TOO_FEW_DAYS: dict[str, Text] = {
    "not_handed_over": Text("当月已交付的日数不足", "too few days of the month after the hand-over"),
    "no_legal_basis": Text("其中有有效处理依据的日数不足", "of these too few with a legal basis in force"),
    "not_reported": Text("当月没有入住报告", "occupancy was not reported for that month"),
    "vacant": Text("当月报为未入住", "reported vacant in that month"),
}

MONTHLY_OCCUPIED = Definition(
    id="H8",
    version=1,
    valid_from=VALID_FROM,
    name=Text("月活跃户率", "Monthly active household rate"),
    formula=Text(
        "至少 4 日活跃的户月数 ÷ 至少 15 日入住的户月数",
        "dwelling-months active on at least 4 days / dwelling-months occupied on at least 15 days",
    ),
    numerator=Text(
        "分母中的户月：当月应计的日中至少 4 日按 H7 为活跃户日；不同意采集的日恒不活跃",
        "dwelling-months of the denominator with at least 4 counted days that are active as in H7; a day without "
        "consent is never active",
    ),
    denominator=Text(
        "当月至少有 15 日按 H7 应计(报为入住、已交付、有经他人核实的处理依据)的户月；"
        "剔除原因按先后，取首个使日数不足者。"
        "实测值对未受影响的日适用同一规则：仍有 15 日的户月，其中 4 日活跃的；覆盖率以户日计",
        "dwelling-months with at least 15 days that count for H7: reported occupied, handed over, with a legal basis "
        "verified by another person. A removed one names the first reason, in this order, that leaves too few days. "
        "The observed value is the same rule over unaffected days alone: dwelling-months that still have 15, and of "
        "these those active on 4; coverage counts dwelling-days",
    ),
    window=MONTHS,
    unit="dwelling-month",
    exclusions=PARTIAL_MONTH | TOO_FEW_DAYS,
    reasons={
        "active": Text("活跃日数达标", "active on enough days"),
        "no_consent": Text("应计的日均未同意采集，留在分母", "no counted day with consent: stays in"),
        "unknown": Text(
            "未达标；若受认定中断影响的日均活跃则可达标", "not enough, but would be if the affected days were active"
        ),
        "seldom": Text("有活跃日，但不足", "active on some days, not enough"),
        "inactive": Text("没有活跃日", "active on no day"),
    },
    apart={
        "any_use": Text("至少一日有任何使用的户月", "dwelling-months with any use on some day"),
        "no_consent": Text("至少一日未同意采集的户月", "dwelling-months with some day without consent"),
    },
    findings={},
    notes={
        "no_lawful_occupancy": Text(
            "范围内没有合法取得的入住数据，不适用；下限见 H8a",
            "no lawful occupancy data in the scope; H8a gives a lower bound",
        )
    }
    | NO_WHOLE_MONTH,
    polarity=1,
    coverage_unit="dwelling-day",
    parameters=(
        COVERAGE_MIN,
        AFFECTED_MINUTES,
        COUNTED_DAYS_MIN,
        Parameter(
            "active_days_min", 4, "day",
            Text("当月至少这么多日活跃", "active on at least so many days of the month"),
            "policy page 7.4", "11", 1, VALID_FROM,
        ),
    ),
    clause="11",
    source="policy page 4.2, 6 (Q15), 7.2, 7.3, 7.4",
)  # fmt: skip

MONTHLY_HANDED_OVER = MONTHLY_OCCUPIED._replace(
    id="H8a",
    name=Text("月活跃户率(下限)", "Monthly active household rate, lower bound"),
    formula=Text(
        "至少 4 日活跃的户月数 ÷ 至少 15 日已交付的户月数(下限)",
        "dwelling-months active on at least 4 days / dwelling-months handed over for at least 15 days (a lower bound)",
    ),
    denominator=Text(
        "当月至少有 15 日已交付的户月，不论是否入住；实测值与覆盖率同 H8",
        "dwelling-months with at least 15 days handed over, lived in or not; observed value and coverage as in H8",
    ),
    exclusions=PARTIAL_MONTH | {"not_handed_over": TOO_FEW_DAYS["not_handed_over"]},
    notes={**ACTIVE_HANDED_OVER.notes, **NO_WHOLE_MONTH},
)
