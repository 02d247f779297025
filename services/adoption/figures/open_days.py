"""Device-open-days: the days on which a bound VR device could have been used, its zone being open for a minute or more.

Affected is one of whose opening hours as much is UNKNOWN as the parameter says, or all where they are shorter. Source:
policy 4.3, and 7.3 with the opening hours in the place of 06:00 to 24:00.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from services.adoption import strips
from services.adoption.definitions import AFFECTED_OPEN_MINUTES
from services.adoption.figures.city import City, binding_id
from services.adoption.figures.counted import Row
from services.adoption.figures.device_days import DeviceDay
from services.adoption.figures.known import KnownFacts
from services.adoption.figures.opening import unknown
from services.adoption.figures.scopes import installation_id
from shared.contracts.civil_time import date_from_day


class OpenDay(NamedTuple):
    """A device-day: why it is no device-open-day in service, if so; its opening hours; and what is UNKNOWN of them."""

    of: DeviceDay
    removed: str | None
    open_strip: int
    unknown_strip: int

    @property
    def affected(self) -> bool:
        """Whether so much was not observed that the day tells nothing."""
        opened = strips.count(self.open_strip)
        return 0 < min(AFFECTED_OPEN_MINUTES.value, opened) <= strips.count(self.unknown_strip)


def open_days(city: City, facts: KnownFacts, days: Iterable[DeviceDay]) -> Iterator[OpenDay]:
    """Device-days with their opening hours; of those removed nothing is looked at."""
    for one in days:
        strip = strips.EMPTY if one.uncounted else one.open_strip(city)
        removed = one.uncounted or (None if strip else "closed")
        missed = strip & unknown(city, facts, one.binding, one.day) if strip else strips.EMPTY
        yield OpenDay(one, removed, strip, missed)


def removed(days: Iterable[OpenDay]) -> Mapping[str, int]:
    """How many device-days are removed, by reason."""
    return Counter(one.removed for one in days if one.removed)


def row_of(one: DeviceDay, why: str, amount: int = 1) -> Row:
    """A device-day as a row."""
    return Row(
        why=why,
        amount=amount,
        day=date_from_day(one.day),
        vendor=one.binding.vendor,
        device=one.binding.device,
        binding=binding_id(one.binding),
        installation=installation_id(one.installation),
        site=one.installation.venue,
    )


def inputs_of(one: OpenDay) -> list[object]:
    """A device-day as it entered, for the input hash: minutes open and UNKNOWN."""
    minutes = [strips.count(one.open_strip), strips.count(one.unknown_strip)]
    place = installation_id(one.of.installation)
    return ["device-open-day", binding_id(one.of.binding), place, date_from_day(one.of.day), one.removed, *minutes]
