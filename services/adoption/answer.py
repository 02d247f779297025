"""A question about the city, answered for whoever may ask it."""

from collections.abc import Collection
from contextlib import AbstractContextManager
from datetime import date
from typing import NamedTuple, Protocol

from services.adoption.access import may_read
from services.adoption.counters import FIGURE_SECONDS, FIGURES
from services.adoption.definitions import DEFINITIONS
from services.adoption.facts import OPEN
from services.adoption.figures.arrivals import ChangingFacts
from services.adoption.figures.city import City
from services.adoption.figures.counted import Window
from services.adoption.figures.figure import AsOf
from services.adoption.figures.scopes import Scope
from services.adoption.measure import Measured, measure
from shared.contracts.civil_time import day_from_date, day_of
from shared.failures import Rejected


class Cities(Protocol):
    """Where the registry is read; raises Unavailable if it cannot be."""

    def latest(self) -> City:
        """The city after the last change followed."""

    def sequence(self) -> int:
        """The last change followed."""


class FactsAtOnce(ChangingFacts, Protocol):
    """The facts of one moment, and how many there are."""

    def counts(self) -> dict[str, int]:
        """How many rows each table has, ``set_aside`` included."""

    def folded_at_ms(self) -> int | None:
        """When the last batch was folded; None before the first."""

    def refolding(self) -> int:
        """How many device-days wait for being folded again."""

    def watermarks(self) -> list[tuple[str, int]]:
        """Each telemetry worker, and the time (epoch milliseconds) before which all it received is folded."""


class FactsReader(Protocol):
    """Where facts are read; raises Unavailable if they cannot be."""

    def at_once(self, before: int = OPEN) -> AbstractContextManager[FactsAtOnce]:
        """All that is read inside the block is of one moment, and was known before a day."""


class Question(NamedTuple):
    """A metric over a scope and a window, as known on a civil day (None: all there is)."""

    metric: str
    scope: Scope
    window: Window
    known_on: date | None = None


class Asker(NamedTuple):
    """Who asks: a role, and the districts or vendors it reaches over."""

    role: str
    districts: Collection[str]
    vendors: Collection[str]


def answer(question: Question, asker: Asker, cities: Cities, facts: FactsReader, now_ms: int) -> Measured:
    """The figure asked for, and its rows.

    :raises Rejected: ``forbidden`` if the asker may not read the scope; ``not_found`` if there is no such metric;
        ``unknown_reference`` if the registry has no such part
    :raises Unavailable: if facts or registry cannot be read
    """
    metric, scope, window, known_on = question
    if metric not in DEFINITIONS:
        raise Rejected("not_found", what=metric)
    city = readable(asker, scope, cities)
    as_of = moment(city, known_on, now_ms)
    with FIGURE_SECONDS.labels(metric).time(), facts.at_once(before(known_on)) as known:
        measured = measure(metric, scope, window, city, known, as_of)
    FIGURES.labels(metric, measured.figure.status or "OK").inc()
    return measured


def readable(asker: Asker, scope: Scope, cities: Cities) -> City:
    """The city, for who may read a scope of it.

    :raises Rejected: ``forbidden`` if the asker may not
    :raises Unavailable: if the registry cannot be read
    """
    city = cities.latest()
    if not may_read(*asker, scope, city):
        raise Rejected("forbidden")
    return city


def moment(city: City, known_on: date | None, now_ms: int) -> AsOf:
    """What an answer given now is of."""
    over = known_on is None or day_from_date(known_on) < day_of(now_ms)
    return AsOf(known_on, now_ms, city.sequence, over)


def before(known_on: date | None) -> int:
    """The day before which facts as known on a civil day were known."""
    return OPEN if known_on is None else day_from_date(known_on) + 1
