"""No two bindings of one device, or in one place, are in force on one day; checked against a plain day count."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.registry.placements import clashes
from shared.contracts.registry import Binding

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


def days(one: Binding) -> set[date]:
    """The days a binding is in force, up to a horizon beyond every beginning."""
    until = one.valid_to or FIRST + timedelta(days=40)
    return {one.valid_from + timedelta(days=n) for n in range((until - one.valid_from).days)}


def meet(one: Binding, other: Binding) -> bool:
    return (one.device == other.device or one.slot == other.slot) and bool(days(one) & days(other))


@given(st.lists(BINDINGS, max_size=7))
def test_new_bindings_clash_exactly_if_two_are_in_force_on_one_day(bindings: list[Binding]) -> None:
    met = any(meet(one, other) for place, one in enumerate(bindings) for other in bindings[:place])
    found = list(clashes(list(enumerate(bindings)), []))
    assert bool(found) == met
    assert all(meet(bindings[clash.position], clash.other) for clash in found)


@given(st.lists(BINDINGS, max_size=4), BINDINGS)
def test_a_new_binding_clashes_exactly_if_it_meets_one_that_is_registered(
    registered: list[Binding], new: Binding
) -> None:
    apart = [one for place, one in enumerate(registered) if not any(meet(one, other) for other in registered[:place])]
    found = list(clashes([(0, new)], apart))
    assert bool(found) == any(meet(new, one) for one in apart)


def test_one_may_end_on_the_day_the_next_begins() -> None:
    assert list(clashes([(0, binding("b", "x", 5, None))], [binding("a", "x", 0, 5)])) == []


def test_a_clash_names_what_both_hold_and_the_binding_that_has_it() -> None:
    has = binding("a", "x", 0, None)
    (clash,) = clashes([(7, binding("b", "x", 5, 6))], [has])
    assert (clash.position, clash.held, clash.other) == (7, "p/home-0001/x", has)
