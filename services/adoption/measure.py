"""One figure, and the rows behind it, from the registry and the facts of one moment."""

from collections.abc import Callable, Mapping, Sequence
from typing import Literal, NamedTuple

from services.adoption.definitions import ACTIVATION, DEFINITIONS, USES
from services.adoption.figures import activation, uses
from services.adoption.figures.city import City
from services.adoption.figures.counted import Counted, Row, Window
from services.adoption.figures.figure import AsOf, Figure, make
from services.adoption.figures.known import KnownFacts
from services.adoption.figures.scopes import Scope, exists
from shared.failures import Rejected

Part = Literal["numerator", "denominator", "removed"]
Count = Callable[[City, KnownFacts, Scope, Window], Counted]

_COUNT: Mapping[str, Count] = {ACTIVATION.id: activation.count, USES.id: uses.count}


class Measured(NamedTuple):
    """A figure, and the rows of its numerator, its denominator (None for a count), and what was removed."""

    figure: Figure
    numerator: Sequence[Row]
    denominator: Sequence[Row] | None
    removed: Sequence[Row]

    def rows(self, part: Part) -> Sequence[Row]:
        """The rows of one part: as many as the figure says; none where the figure has no such part."""
        rows: Sequence[Row] | None = getattr(self, part)
        return rows or ()


def measure(metric: str, scope: Scope, window: Window, city: City, facts: KnownFacts) -> Measured:
    """Compute a metric over a scope and a window.

    :raises Rejected: ``unknown_reference`` if the registry has no such part
    """
    if not exists(scope, city):
        raise Rejected("unknown_reference", "scope", what=f"{scope.kind}:{scope.id}")
    counted = _COUNT[metric](city, facts, scope, window)
    figure = make(DEFINITIONS[metric], scope, window, counted, AsOf(None, city.sequence))
    return Measured(figure, counted.numerator, counted.denominator, counted.removed)
