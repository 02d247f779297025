"""A strip against the set of its minutes."""

from hypothesis import given, strategies as st

from services.adoption import strips

MINUTE_SETS = st.sets(st.integers(0, 1439))


@given(MINUTE_SETS)
def test_a_strip_holds_the_minutes_it_was_made_of_and_counts_them(minutes: set[int]) -> None:
    strip = strips.of(minutes)
    assert list(strips.minutes(strip)) == sorted(minutes)
    assert strips.count(strip) == len(minutes)


@given(MINUTE_SETS, MINUTE_SETS)
def test_union_and_difference_are_those_of_the_sets(one: set[int], other: set[int]) -> None:
    assert set(strips.minutes(strips.of(one) | strips.of(other))) == one | other
    assert set(strips.minutes(strips.of(one) & strips.of(other))) == one & other
    assert set(strips.minutes(strips.without(strips.of(one), strips.of(other)))) == one - other


@given(MINUTE_SETS, MINUTE_SETS)
def test_stored_strips_join_as_the_sets_do(one: set[int], other: set[int]) -> None:
    joined = strips.union_of_stored(strips.to_bytes(strips.of(one)), strips.to_bytes(strips.of(other)))
    assert joined == strips.to_bytes(strips.of(one | other))
    assert set(strips.minutes(strips.from_bytes(joined))) == one | other


@given(st.integers(0, 1440), st.integers(0, 1440))
def test_a_half_open_range_holds_its_minutes(first: int, end: int) -> None:
    assert set(strips.minutes(strips.between(first, end))) == set(range(first, end))


def test_minute_m_is_bit_m_mod_8_of_byte_m_div_8() -> None:
    stored = strips.to_bytes(strips.of([0, 9, 1439]))
    assert (len(stored), stored[0], stored[1], stored[179]) == (180, 0b1, 0b10, 0b1000_0000)


def test_the_empty_strip_is_stored_as_no_byte_and_a_full_one_holds_the_day() -> None:
    assert strips.to_bytes(strips.EMPTY) == b""
    assert strips.from_bytes(b"") == strips.EMPTY
    assert strips.count(strips.FULL) == strips.count(strips.between(0, 1440)) == 1440
