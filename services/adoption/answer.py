"""A question about the city, answered for whoever may ask it."""

from collections.abc import Collection
from contextlib import AbstractContextManager
from typing import NamedTuple, Protocol

from services.adoption.access import may_read
from services.adoption.counters import FIGURE_SECONDS, FIGURES
from services.adoption.definitions import DEFINITIONS
from services.adoption.figures.city import City
from services.adoption.figures.counted import Window
from services.adoption.figures.known import KnownFacts
from services.adoption.figures.scopes import Scope
from services.adoption.measure import Measured, measure
from shared.failures import Rejected


class Cities(Protocol):
    """Where the registry is read; raises Unavailable if it cannot be."""

    def latest(self) -> City:
        """The city after the last change followed."""

    def sequence(self) -> int:
        """The last change followed."""


class FactsAtOnce(KnownFacts, Protocol):
    """The facts of one moment, and how many there are."""

    def counts(self) -> dict[str, int]:
        """How many rows each table has, ``set_aside`` included."""

    def folded_at_ms(self) -> int | None:
        """When the last batch was folded; None before the first."""


class FactsReader(Protocol):
    """Where facts are read; raises Unavailable if they cannot be."""

    def at_once(self) -> AbstractContextManager[FactsAtOnce]:
        """All that is read inside the block is of one moment."""


class Question(NamedTuple):
    """A metric over a scope and a window."""

    metric: str
    scope: Scope
    window: Window


class Asker(NamedTuple):
    """Who asks: a role, and the districts or vendors it reaches over."""

    role: str
    districts: Collection[str]
    vendors: Collection[str]


def answer(question: Question, asker: Asker, cities: Cities, facts: FactsReader) -> Measured:
    """The figure asked for, and its rows.

    :raises Rejected: ``forbidden`` if the asker may not read the scope; ``not_found`` if there is no such metric;
        ``unknown_reference`` if the registry has no such part
    :raises Unavailable: if facts or registry cannot be read
    """
    metric, scope, window = question
    if metric not in DEFINITIONS:
        raise Rejected("not_found", what=metric)
    city = cities.latest()
    if not may_read(*asker, scope, city):
        raise Rejected("forbidden")
    with FIGURE_SECONDS.labels(metric).time(), facts.at_once() as known:
        measured = measure(metric, scope, window, city, known)
    FIGURES.labels(metric, measured.figure.status or "OK").inc()
    return measured
