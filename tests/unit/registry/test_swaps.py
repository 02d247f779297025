"""Which binding a replacement ends: the one in force until its day, in its place."""

from datetime import date

import pytest

from services.registry.placements import together
from services.registry.swaps import replaced
from shared.contracts.registry import Binding
from shared.contracts.registry_devices import Swap

SLOT, OTHER = "garden/home-00001/lamp", "garden/home-00002/lamp"
SPRING, JUNE, AUTUMN = date(2026, 3, 1), date(2026, 6, 1), date(2026, 9, 1)
SWAP = Swap("acme", "old", JUNE, "new", "FAULT", place=SLOT)


def binding(valid_from: date, valid_to: date | None = None, slot: str = SLOT) -> Binding:
    return Binding("acme", "old", valid_from, slot=slot, valid_to=valid_to)


@pytest.mark.parametrize(
    ("one", "ended"),
    [
        (binding(SPRING), True),
        (binding(SPRING, AUTUMN), True),
        (binding(SPRING, JUNE), True),  # taken out on that very day
        (binding(SPRING, date(2026, 5, 31)), False),  # gone the day before
        (binding(JUNE), False),  # a binding of no day
        (binding(AUTUMN), False),
        (binding(SPRING, slot=OTHER), False),  # moved since it was reported
    ],
)
def test_a_replacement_ends_the_binding_in_force_until_its_day(one: Binding, ended: bool) -> None:
    assert replaced(SWAP, [one]) == (one if ended else None)


@pytest.mark.parametrize(
    ("one", "other", "share_a_day"),
    [
        ((SPRING, JUNE), (JUNE, AUTUMN), False),
        ((SPRING, date(2026, 6, 2)), (JUNE, AUTUMN), True),
        ((SPRING, None), (AUTUMN, None), True),
        ((AUTUMN, None), (SPRING, AUTUMN), False),
        ((SPRING, AUTUMN), (JUNE, date(2026, 6, 2)), True),
    ],
)
def test_what_is_in_force_together_shares_a_day(
    one: tuple[date, date | None], other: tuple[date, date | None], share_a_day: bool
) -> None:
    rows = [binding(*span) for span in (one, other)]
    assert together(*rows) == together(*reversed(rows)) == share_a_day
