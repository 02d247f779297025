"""A dwelling's days, judged: in a denominator or removed and why, and of those that stay which were active.

Days are sets as in :mod:`services.adoption.figures.dwelling_days`. Source: policy 4.2, 6 (Q15), 7.3 and 7.4.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from services.adoption.figures import dwelling_days
from services.adoption.figures.city import City
from services.adoption.figures.counted import Window
from services.adoption.figures.dwelling_days import Use, days_of, range_of
from services.adoption.figures.known import KnownFacts
from services.adoption.figures.scopes import dwelling_id
from shared.contracts.registry import Dwelling


class Base(NamedTuple):
    """The days of a dwelling that are in the denominator, and those removed, by reason."""

    counted: int
    removed: dict[str, int]


class Days(NamedTuple):
    """A dwelling's days by what they are; all but ``removed`` are of those ``counted``.

    ``used_in`` are, by interactive category, the days on which it was used.
    """

    dwelling: Dwelling
    counted: int
    removed: dict[str, int]
    active: int
    any_use: int
    affected: int
    no_consent: int
    used_in: Mapping[str, int]
    inputs: list[list[object]]


def handed_over(_: City, dwelling: Dwelling, window: Window) -> Base:
    """The days on which it is handed over, lived in or not."""
    counted = dwelling_days.handed_over(dwelling, window)
    return Base(counted, {"not_handed_over": whole(window) & ~counted})


def occupied(city: City, dwelling: Dwelling, window: Window) -> Base:
    """The days on which it is handed over and lawfully known to be lived in."""
    taken_over, removed = handed_over(city, dwelling, window)
    lived = dwelling_days.lived(city, dwelling, window)
    lawful = taken_over & lived.lawful
    return Base(
        lawful & lived.occupied,
        removed
        | {
            "no_legal_basis": taken_over & ~lived.lawful,
            "not_reported": lawful & ~lived.reported,
            "vacant": lawful & lived.reported & ~lived.occupied,
        },
    )


def whole(window: Window) -> int:
    """All days of a window."""
    return range_of(window, window.start, None)


def judge(city: City, facts: KnownFacts, dwelling: Dwelling, window: Window, base: Base) -> Days:
    """What the counted days were; days without consent are never active nor in use."""
    used = Use(0, 0, 0, {}, [])
    refused = 0
    if base.counted:
        used = dwelling_days.use(city, facts, dwelling, window)
        refused = base.counted & dwelling_days.no_consent(city, dwelling, window)
    told = base.counted & ~refused
    return Days(
        dwelling,
        *base,
        active=told & used.active,
        any_use=told & used.any_use,
        affected=base.counted & used.affected,
        no_consent=refused,
        used_in={category: told & days for category, days in used.used_in.items()},
        inputs=used.inputs,
    )


def inputs(one: Days, window: Window) -> Iterator[list[object]]:
    """What entered: the facts of its devices, and what the registry says of its days."""
    yield from one.inputs
    groups = {"counted": one.counted, "no_consent": one.no_consent} | one.removed
    yield ["dwelling", dwelling_id(one.dwelling), *([why, list(days_of(days, window))] for why, days in groups.items())]


def untold(removed: Mapping[str, int], *, applicable: bool) -> bool:
    """Whether nothing is counted for want of lawful occupancy data alone."""
    return not applicable and not removed["vacant"] and removed["no_legal_basis"] + removed["not_reported"] > 0
