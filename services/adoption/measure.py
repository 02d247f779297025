"""One figure, and the rows behind it, from the registry and the facts of one moment."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from services.adoption.definitions import (
    ACTIVATION,
    ACTIVE_HANDED_OVER,
    ACTIVE_OCCUPIED,
    AUTOMATION,
    AVAILABLE_DAYS,
    AVAILABLE_MINUTES,
    CATEGORY_USE,
    COMPLETION,
    DEFINITIONS,
    HOUSEHOLD_ACTIVATION,
    IDLE_DEVICES,
    IDLE_SLOTS,
    MONTHLY_HANDED_OVER,
    MONTHLY_OCCUPIED,
    ONLINE,
    OUT_OF_HOURS,
    REACH,
    RECONCILIATION,
    RETENTION,
    SELECTED,
    SESSION_LENGTH,
    SESSION_RATE,
    STICKINESS,
    USES,
    UTILISATION,
    VENUE_COVERAGE,
)
from services.adoption.figures import (
    activation,
    active,
    automation,
    available,
    available_days,
    category_use,
    completion,
    household,
    idle_devices,
    idle_slots,
    monthly,
    online,
    out_of_hours,
    reconciliation,
    retention,
    selected,
    session_length,
    session_rate,
    stickiness,
    uses,
    utilisation,
    venue_coverage,
)
from services.adoption.figures.city import City
from services.adoption.figures.counted import Counted, Part, Row, Window
from services.adoption.figures.figure import AsOf, Figure, make
from services.adoption.figures.intervals import merged
from services.adoption.figures.known import KnownFacts
from services.adoption.figures.scopes import Scope, exists
from shared.failures import Rejected

Count = Callable[[City, KnownFacts, Scope, Window], Counted]

_COUNT: Mapping[str, Count] = {
    SELECTED.id: selected.count,
    ACTIVATION.id: activation.count,
    HOUSEHOLD_ACTIVATION.id: household.count,
    ONLINE.id: online.count,
    ACTIVE_OCCUPIED.id: active.count_occupied,
    ACTIVE_HANDED_OVER.id: active.count_handed_over,
    MONTHLY_OCCUPIED.id: monthly.count_occupied,
    MONTHLY_HANDED_OVER.id: monthly.count_handed_over,
    STICKINESS.id: stickiness.count,
    RETENTION.id: retention.count,
    CATEGORY_USE.id: category_use.count,
    AUTOMATION.id: automation.count,
    IDLE_SLOTS.id: idle_slots.count,
    USES.id: uses.count,
    SESSION_RATE.id: session_rate.count,
    SESSION_LENGTH.id: session_length.count,
    UTILISATION.id: utilisation.count,
    OUT_OF_HOURS.id: out_of_hours.count,
    AVAILABLE_MINUTES.id: available.count,
    AVAILABLE_DAYS.id: available_days.count,
    IDLE_DEVICES.id: idle_devices.count,
    COMPLETION.id: completion.count,
    VENUE_COVERAGE.id: venue_coverage.count,
    REACH.id: reconciliation.count_reach,
    RECONCILIATION.id: reconciliation.count_gap,
}


class Measured(NamedTuple):
    """A figure, and what makes the rows of its numerator, its denominator, and of what was removed."""

    figure: Figure
    counted: Counted

    def rows(self, part: Part) -> list[Row]:
        """The rows of one part, whose amounts sum to what the figure says; none where it has no such part."""
        return list(self.counted.rows(part))

    def total(self, part: Part) -> int:
        """What the figure says of one part; 0 where it has no such part."""
        totals = self.counted.total._asdict() | {"removed": sum(self.figure.removed.values())}
        return totals[part] or 0


def measure(metric: str, scope: Scope, window: Window, city: City, facts: KnownFacts, as_of: AsOf) -> Measured:
    """Compute a metric over a scope and a window; ``as_of`` says of which moment facts and city are.

    :raises Rejected: ``unknown_reference`` if the registry has no such part
    """
    if not exists(scope, city):
        raise Rejected("unknown_reference", "scope", what=f"{scope.kind}:{scope.id}")
    outages = city.outages._replace(ours=merged(facts.own_outages()))
    counted = _COUNT[metric](city._replace(outages=outages), facts, scope, window)
    return Measured(make(DEFINITIONS[metric], scope, window, counted, as_of), counted)
