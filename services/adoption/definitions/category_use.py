"""Homes, measure 11: which categories of devices are used."""

from services.adoption.definitions.monthly import COUNTED_DAYS_MIN, MONTHLY_OCCUPIED, NO_WHOLE_MONTH
from services.adoption.definitions.shape import AFFECTED_MINUTES, COVERAGE_MIN, Text
from shared.contracts.vocabulary import CATEGORIES

_INTERACTIVE = {name: category.name_zh for name, category in CATEGORIES.items() if category.interactive}

CATEGORY_USE = MONTHLY_OCCUPIED._replace(
    id="H11",
    name=Text("品类使用率", "Category use"),
    formula=Text(
        "至少一日使用该品类的户月数 ÷ 该品类已激活的入住户月数，各交互品类分列并求和",
        "dwelling-months in which the category was used on a day / occupied dwelling-months with the category "
        "activated; each interactive category apart, and summed",
    ),
    numerator=Text(
        "分母中的户月品类：当月应计且同意采集的某日，该品类在用点位的设备有本地、智能或确认分钟",
        "of the denominator those of which a device in a slot in service of that category has a local, smart or ack "
        "minute on a counted day with consent",
    ),
    denominator=Text(
        "按 H8 计入的户月(至少 15 日合法得知入住)与其每个已激活的交互品类：当月某应计日在用点位上的设备，"
        "自绑定以来至其当月在位末日被听到过。被动品类(网关、安防、环境等)不以使用衡量，见 H6。"
        "实测值对未受影响的日适用同一规则；覆盖率以户日计，每个品类各计一次。范围 category:品类 给出单一品类",
        "the dwelling-months that count for H8, lawfully known to be lived in on 15 days, times each interactive "
        "category activated in them: on some counted day a slot in service of it has a device heard since its binding, "
        "by the last day of the month on which it is there. Passive categories are not measured by use: see H6. The "
        "observed value is the same rule over unaffected days; coverage counts dwelling-days, once for each category. "
        "The scope category:… gives one category",
    ),
    unit="dwelling-category-month",
    exclusions={
        **MONTHLY_OCCUPIED.exclusions,
        "not_activated": Text("该品类在当月应计日未激活", "the category is not activated on the counted days"),
    },
    reasons={
        "used": Text("当月使用过该品类", "the category was used"),
        "no_consent": Text("应计的日均未同意采集，留在分母", "no counted day with consent: stays in"),
        "unknown": Text("未见使用，且有日受认定的中断影响", "no use, and some day affected by an approved outage"),
        "not_used": Text("当月未使用该品类", "the category was not used"),
    },
    apart={
        key: text
        for category, zh in _INTERACTIVE.items()
        for key, text in (
            (f"used.{category}", Text(f"{zh}：使用过的户月", f"{category}: dwelling-months with use")),
            (f"activated.{category}", Text(f"{zh}：已激活的户月", f"{category}: dwelling-months activated")),
        )
    },
    notes={
        "no_lawful_occupancy": Text(
            "范围内没有合法取得的入住数据，不适用", "no lawful occupancy data in the scope: not applicable"
        ),
        "passive": Text("被动品类不以使用衡量，见 H6", "a passive category is not measured by use: see H6"),
        **NO_WHOLE_MONTH,
    },
    parameters=(COVERAGE_MIN, AFFECTED_MINUTES, COUNTED_DAYS_MIN),
    source="policy page 4.2, 6 (Q15), 7.2, 7.3, 7.4",
)
