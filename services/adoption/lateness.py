"""What of a window became known after its cut-off, and what that did to every metric of the scope."""

from datetime import date, timedelta
from typing import NamedTuple

from services.adoption.answer import Asker, Cities, FactsReader, before, moment, readable
from services.adoption.definitions import DEFINITIONS, Definition
from services.adoption.figures.arrivals import Arrival, arrivals
from services.adoption.figures.counted import Window
from services.adoption.figures.figure import AsOf, Figure
from services.adoption.figures.scopes import Scope
from services.adoption.measure import measure

CUT_OFF = timedelta(days=7)  # after t1: policy 4.1


class Effect(NamedTuple):
    """A metric as known on the day since when the list runs, and now."""

    definition: Definition
    then: Figure
    now: Figure


class Late(NamedTuple):
    """What became known after ``then.known_on``, up to now."""

    then: AsOf
    now: AsOf
    rows: list[Arrival]
    effects: list[Effect]


def late(
    scope: Scope, window: Window, since: date | None, asker: Asker, cities: Cities, facts: FactsReader, now_ms: int
) -> Late:
    """The late list of a window: what became known after ``since``, by default its cut-off day.

    :raises Rejected: ``forbidden`` if the asker may not read the scope; ``unknown_reference`` if the registry has no
        such part
    :raises Unavailable: if facts or registry cannot be read
    """
    since = since or window.end + CUT_OFF
    city = readable(asker, scope, cities)
    then, now = moment(city, since, now_ms), moment(city, None, now_ms)
    with facts.at_once() as known:
        earlier = known.known_before(before(since))
        effects = [
            Effect(
                definition,
                measure(metric, scope, window, city, earlier, then).figure,
                measure(metric, scope, window, city, known, now).figure,
            )
            for metric, definition in DEFINITIONS.items()
        ]
        rows = list(arrivals(city, known, scope, window, since))
    return Late(then, now, rows, effects)
