"""A slot's last days that could be observed: in service and not affected by an outage; the others are skipped.

Source: policy 7.3 and 7.4.
"""

from datetime import date, timedelta
from typing import NamedTuple

from services.adoption import strips
from services.adoption.figures.city import City
from services.adoption.figures.counted import Window
from services.adoption.figures.dwelling_days import affected_days, no_consent
from services.adoption.figures.judged_days import whole
from services.adoption.figures.known import KnownFacts
from services.adoption.figures.states import online
from services.adoption.figures.stretches import Stretch, of_slot
from shared.contracts.civil_time import day_from_date
from shared.contracts.registry import Dwelling, Slot
from shared.contracts.vocabulary import CATEGORIES


class Looked(NamedTuple):
    """Sets of days, 0 is ``start``: those ``observable``, and those ``skipped`` from the first of these on.

    Of all days from ``start`` on: those ``used``, let without consent, and with a device ``bound``.
    """

    start: date
    observable: int
    skipped: int
    used: int
    no_consent: int
    bound: int

    @property
    def first_day(self) -> date:
        """The first day looked at."""
        return self.start + timedelta(days=next(strips.minutes(self.observable | self.skipped)))


def look_back(city: City, facts: KnownFacts, slot: Slot, dwelling: Dwelling, until: date, wanted: int) -> Looked:
    """The last ``wanted`` observable days before ``until``, or all there are since the slot is in service."""
    since = max(day for day in (slot.installed_on, dwelling.handed_over_on) if day is not None)
    length = 2 * wanted
    while True:
        looked = _look(city, facts, slot, dwelling, Window(max(since, until - timedelta(days=length)), until))
        if looked.start == since or strips.count(looked.observable) >= wanted:
            return _last(looked, wanted)
        length *= 2


def _look(city: City, facts: KnownFacts, slot: Slot, dwelling: Dwelling, window: Window) -> Looked:
    refused = no_consent(city, dwelling, window)
    affected = used = bound = 0
    for stretch in of_slot(city, slot, window):
        if stretch.binding is None:
            continue
        shift = stretch.first - day_from_date(window.start)
        affected |= affected_days(city, facts, slot, stretch) << shift
        used |= _used(city, facts, slot, stretch) << shift
        bound |= strips.between(shift, shift + len(stretch.days))
    return Looked(window.start, whole(window) & ~affected, affected, used & ~refused, refused, bound)


def _used(city: City, facts: KnownFacts, slot: Slot, stretch: Stretch) -> int:
    """The days of a stretch on which its slot was used, or, of a passive category, online."""
    if stretch.binding is None:
        return 0
    if CATEGORIES[slot.category].interactive:
        days = facts.use_days(stretch.binding.vendor, stretch.binding.device, stretch.first, stretch.end)
        return days.local | days.smart | days.ack
    by_day = strips.by_day(online(city, facts, slot, stretch), len(stretch.days))
    return sum(1 << day for day, minutes in enumerate(by_day) if minutes)


def _last(looked: Looked, wanted: int) -> Looked:
    """Only the last ``wanted`` observable days, and what was skipped between them and after."""
    observable = looked.observable
    if (more := strips.count(observable) - wanted) < 0:
        return looked
    for _ in range(more):
        observable &= observable - 1
    before = (observable & -observable) - 1
    return looked._replace(observable=observable, skipped=looked.skipped & ~before)
