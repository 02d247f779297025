"""No two with the same device, place or dwelling are in force on one day; checked against a plain day count."""

from datetime import date, timedelta

import pytest
from hypothesis import given, strategies as st

from services.registry.placements import Clash, Dated, clashes
from shared.contracts.registry import Binding
from shared.contracts.registry_evidence import Tenancy

Fields = tuple[str, ...]
Rows = st.SearchStrategy[Dated]

FIRST = date(2026, 1, 1)


def binding(device: str, slot: str, begins: int, ends: int | None) -> Binding:
    until = None if ends is None else FIRST + timedelta(days=ends)
    return Binding("acme", device, FIRST + timedelta(days=begins), slot=f"p/home-0001/{slot}", valid_to=until)


BINDINGS = st.builds(
    lambda device, slot, begins, length: binding(device, slot, begins, None if length == 0 else begins + length),
    st.sampled_from("abc"),
    st.sampled_from("xyz"),
    st.integers(0, 12),
    st.integers(0, 6),
)


def tenancy(home: str, begins: int, length: int) -> Tenancy:
    until = None if length == 0 else FIRST + timedelta(days=begins + length)
    since = FIRST + timedelta(days=begins)
    return Tenancy("p", f"home-{home}", begins, since, "GIVEN", since, valid_to=until)


TENANCIES = st.builds(tenancy, st.sampled_from("abc"), st.integers(0, 12), st.integers(0, 6))
DEVICE, SLOT, DWELLING = ("vendor", "device"), ("slot",), ("pilot", "dwelling_ref")
what_is_held = pytest.mark.parametrize(
    ("fields", "rows"),
    [(DEVICE, BINDINGS), (SLOT, BINDINGS), (DWELLING, TENANCIES)],
    ids=["device", "slot", "dwelling"],
)


def days(one: Dated) -> set[date]:
    """The days something is in force, up to a horizon beyond every beginning."""
    until = one.valid_to or FIRST + timedelta(days=40)
    return {one.valid_from + timedelta(days=n) for n in range((until - one.valid_from).days)}


def meet(fields: tuple[str, ...], one: Dated, other: Dated) -> bool:
    same = all(getattr(one, name) == getattr(other, name) for name in fields)
    return same and bool(days(one) & days(other))


@what_is_held
@given(data=st.data())
def test_new_ones_clash_exactly_if_two_are_in_force_on_one_day(fields: Fields, rows: Rows, data: st.DataObject) -> None:
    new = data.draw(st.lists(rows, max_size=7))
    met = any(meet(fields, one, other) for place, one in enumerate(new) for other in new[:place])
    found = list(clashes(fields, new, []))
    assert bool(found) == met
    assert all(meet(fields, new[clash.position], clash.other) for clash in found)


@what_is_held
@given(data=st.data())
def test_a_new_one_clashes_exactly_if_it_meets_one_that_is_registered(
    fields: Fields, rows: Rows, data: st.DataObject
) -> None:
    drawn, new = data.draw(st.lists(rows, max_size=4)), data.draw(rows)
    apart = [one for place, one in enumerate(drawn) if not any(meet(fields, one, other) for other in drawn[:place])]
    found = list(clashes(fields, [new], apart))
    assert bool(found) == any(meet(fields, new, one) for one in apart)


class CountedDay(date):
    """A day that counts how often it is compared."""

    compared = 0

    def __lt__(self, other: date) -> bool:
        CountedDay.compared += 1
        return super().__lt__(other)


def test_rows_are_sorted_and_not_compared_each_with_each() -> None:
    days = [CountedDay.fromordinal(FIRST.toordinal() + n) for n in range(3_001)]
    rows = [
        Tenancy("p", "home-a", n, days[n], "GIVEN", days[n], valid_to=days[n + 1])
        for n in (each * 7 % 3_000 for each in range(3_000))
    ]
    CountedDay.compared = 0
    assert list(clashes(DWELLING, rows, [])) == []
    assert CountedDay.compared < 20 * len(rows)  # sorting takes 12 each, each with each 1,500


def test_one_may_end_on_the_day_the_next_begins() -> None:
    assert list(clashes(SLOT, [binding("b", "x", 5, None)], [binding("a", "x", 0, 5)])) == []


def test_a_clash_names_the_new_one_and_the_one_it_meets() -> None:
    has = binding("a", "x", 0, None)
    free = binding("b", "y", 5, 6)
    assert list(clashes(SLOT, [free, binding("b", "x", 5, 6)], [has])) == [Clash(1, has)]


def test_each_that_begins_within_the_longest_clashes_with_it_though_a_shorter_one_came_between() -> None:
    long, short, later = binding("a", "x", 0, 10), binding("b", "x", 1, 2), binding("c", "x", 5, 6)
    assert list(clashes(SLOT, [long, short, later], [])) == [Clash(1, long), Clash(2, long)]
