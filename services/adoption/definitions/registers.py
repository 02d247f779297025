"""Public VR, measure 12: what is compared with the register of venues, and with their counts of visits."""

from services.adoption.definitions.shape import COVERAGE_MIN, VALID_FROM, Definition, Parameter, Text
from services.adoption.definitions.venues import MERGING, USES

VENUE_COVERAGE = Definition(
    id="V1",
    version=1,
    valid_from=VALID_FROM,
    name=Text("场所覆盖率", "Venue coverage"),
    formula=Text(
        "有已验收且在用 VR 设施的名录场所 ÷ 名录场所(名录来源与日期见各行)；没有名录时只给出场所数",
        "venues of the register with VR accepted and in service / venues of the register (its source and day are in "
        "the rows); without a register only how many venues have it",
    ),
    numerator=Text(
        "t1 前一日有至少一处 VR 设施在用且已由写明的单位验收的场所；名录之外的不计，另列(unlisted)",
        "venues with at least one installation that on the day before t1 is in service and accepted, by somebody "
        "named; those the register does not have are not counted, and shown (unlisted)",
    ),
    denominator=Text(
        "场所名录中来源日期早于 t1 的场所，按名录的区与类型，不论有无 VR",
        "venues that the register had by t1, of the district and type that it says, with VR or without",
    ),
    window=Text("只看 t1，窗口的起点无关", "t1 alone; where the window starts does not matter"),
    unit="venue",
    exclusions={"not_yet_listed": Text("名录来源日期不早于 t1", "the register's source is not of before t1")},
    reasons={
        "covered": Text("有已验收且在用的设施", "an installation accepted and in service"),
        "not_accepted": Text("有在用设施，均未验收", "installations in service, none of them accepted"),
        "not_in_service": Text("有设施，均不在用", "installations, none of them in service"),
        "no_vr": Text("没有 VR 设施", "no VR installation"),
    },
    apart={},
    findings={
        "unlisted": Text(
            "有已验收且在用设施、但名录没有的场所", "venues with VR in service that the register does not have"
        ),
    },
    notes={
        "no_register": Text("范围内没有场所名录，只计数，不给出比率", "no register in the scope: a count, and no rate"),
    },
    polarity=1,
    coverage_unit="venue",
    parameters=(COVERAGE_MIN,),
    clause="12",
    source="policy page 4.3, 7.2, 7.5",
)  # fmt: skip

_NO_COUNT = {"no_count": Text("所在体验区与时间没有登记的人次(人次)", "nobody counted in that zone and time (uses)")}
_COMPARED = {
    "same": Text("与登记的人次相同", "as many uses as were counted"),
    "more_uses": Text("多于登记的人次", "more uses than were counted"),
    "fewer_uses": Text("少于登记的人次", "fewer uses than were counted"),
    "no_count": _NO_COUNT["no_count"],
}

REACH = Definition(
    id="V8",
    version=1,
    valid_from=VALID_FROM,
    name=Text("体验转化率", "Reach"),
    formula=Text("体验人次 ÷ 同一时间的场所客流", "uses / visits in the same time"),
    numerator=Text(
        "V2 的人次中，开始时所在体验区的当日或当时有客流登记的",
        "those of V2's uses that begin in a zone and on a day, or in an hour, of which footfall was counted",
    ),
    denominator=Text("登记的客流(FOOTFALL)", "the footfall counted"),
    window=Text("民用日及其小时", "civil days and their hours"),
    unit="use",
    exclusions=_NO_COUNT,
    reasons=_COMPARED,
    apart={},
    findings={},
    notes={"no_source": Text("没有登记客流来源，不计算", "no source of footfall is registered: not computed")},
    polarity=1,
    coverage_unit=USES.coverage_unit,
    parameters=(COVERAGE_MIN, *MERGING),
    clause="12",
    source="policy page 4.3, 7.2, 7.5",
)

RECONCILIATION = Definition(
    id="V11",
    version=1,
    valid_from=VALID_FROM,
    name=Text("票务核对差", "Reconciliation gap"),
    formula=Text("｜体验人次 − 检票人次｜÷ 检票人次", "| uses − tickets | / tickets"),
    numerator=Text(
        "V2 的人次(只计开始时所在体验区的当日或当时有检票登记的)与检票人次之差的绝对值；先求和后相减，各行带方向",
        "how far V2's uses (those that begin in a zone and on a day, or in an hour, of which tickets were counted) are "
        "from the tickets, of the sums; the rows have its direction",
    ),
    denominator=Text("登记的检票人次(TICKETED)", "the tickets counted"),
    window=Text("民用日及其小时", "civil days and their hours"),
    unit="use",
    exclusions=_NO_COUNT,
    reasons=_COMPARED,
    apart={
        "uses": Text("有检票登记处的体验人次", "uses where tickets were counted"),
        "gap_of_periods": Text(
            "各区各时段之差的绝对值之和，不相互抵消", "the gaps of all zones and times, none set off against another"
        ),
    },
    findings={
        "above_limit": Text(
            "差超过上限，说明之前不得签署(1 为是)", "above the limit: not to be signed until explained (1: it is)"
        ),
    },
    notes={"no_source": Text("没有检票登记，不计算", "no tickets were counted: not computed")},
    polarity=-1,
    coverage_unit=USES.coverage_unit,
    parameters=(
        COVERAGE_MIN,
        Parameter("largest_gap", 15, "percent", Text("超过即为异常", "more than this is an exception"),
                  "policy page 4.3", "12", 1, VALID_FROM),
        *MERGING,
    ),
    clause="12",
    source="policy page 4.3, 7.2, 7.5",
)  # fmt: skip
