"""What the OpenAPI says of a field is what the field accepts: JSON Schema and marshmallow judge alike."""

from datetime import date
from typing import Any

import marshmallow as ma
import pytest
from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from hypothesis import given, strategies as st
from jsonschema import Draft202012Validator

from services.registry import fields
from services.registry.calendars import WEEKDAYS
from services.registry.schemas import CalendarSchema
from shared.runtime.openapi import told_by_validators

HOURS = [["09:00", "12:00"]]


def documented(schema: type[ma.Schema]) -> dict[str, Any]:
    """A schema of the OpenAPI, by the same converter as the service's."""
    plugin: Any = MarshmallowPlugin()
    APISpec("any", "v1", "3.1.0", plugins=[plugin])
    plugin.converter.add_attribute_function(told_by_validators)
    found: dict[str, Any] = plugin.converter.schema2jsonschema(schema())
    return found


def both(schema: type[ma.Schema], body: Any) -> tuple[bool, bool]:
    """Whether a body is right by JSON Schema, and by marshmallow."""
    return Draft202012Validator(documented(schema)).is_valid(body), not schema().validate(body)


class Words(ma.Schema):
    name = fields.text(6)
    day = fields.Day()
    seats = fields.number(1, 9)
    some = ma.fields.List(fields.slug(), validate=[fields.Length(0, 3), fields.distinct])


@given(st.text(max_size=7))
def test_a_text_is_documented_as_it_is_accepted(name: str) -> None:
    if not any("\ud800" <= character <= "\udfff" or character == "\ufeff" for character in name):
        documented_as, accepted = both(Words, {"name": name})
        assert documented_as == accepted, repr(name)


@pytest.mark.parametrize("name", ["a", "a b", "试点 一", "123456"])
def test_a_text_that_people_can_read_is_right(name: str) -> None:
    assert both(Words, {"name": name}) == (True, True)


@pytest.mark.parametrize("name", ["", " a", "a ", "a\n", "a\tb", "a\x00", "\u3000a", "a\x85", "1234567"])
def test_a_text_with_blanks_around_it_or_controls_in_it_is_not(name: str) -> None:
    assert both(Words, {"name": name}) == (False, False)


@pytest.mark.parametrize("day", ["2000-01-01", "2026-02-28", "2099-12-31"])
def test_a_day_of_the_century_is_documented_and_accepted(day: str) -> None:
    assert both(Words, {"day": day}) == (True, True)


@pytest.mark.parametrize(
    "day", ["1999-12-31", "2100-01-01", "2026-1-1", "20260101", "2026-01-01T00:00", "2026-01-01\n"]
)
def test_no_other_day_is(day: str) -> None:
    assert both(Words, {"day": day}) == (False, False)


@given(st.dates())
def test_every_day_is_documented_as_it_is_accepted(day: date) -> None:
    documented_as, accepted = both(Words, {"day": day.isoformat()})
    assert documented_as == accepted == (2000 <= day.year <= 2099)


@pytest.mark.parametrize(("seats", "right"), [(1, True), (9, True), (2.0, True), (0, False), (10, False)])
def test_a_whole_number_may_be_written_with_a_point(seats: float, right: bool) -> None:
    assert both(Words, {"seats": seats}) == (right, right)


@pytest.mark.parametrize("seats", [True, False, 1.5, "1", float("inf"), float("nan"), None])
def test_what_is_no_whole_number_is_refused(seats: Any) -> None:
    assert Words().validate({"seats": seats})
    assert seats in (True, False) or not Draft202012Validator(documented(Words)).is_valid({"seats": seats})


def test_a_whole_number_stays_one() -> None:
    loaded: Any = Words().load({"seats": 2.0})
    assert repr(loaded["seats"]) == "2"


@pytest.mark.parametrize(("some", "right"), [([], True), (["a", "b"], True), (["a", "a"], False), (["a"] * 4, False)])
def test_what_must_be_distinct_is_documented_so(some: list[str], right: bool) -> None:
    assert both(Words, {"some": some}) == (right, right)


@pytest.mark.parametrize(
    ("weekly", "right"),
    [({}, True), (dict.fromkeys(WEEKDAYS, HOURS), True), ({"monday": HOURS}, False), ({"mon": [["9:00", "x"]]}, False)],
)
def test_the_names_of_a_mapping_are_documented(weekly: Any, right: bool) -> None:
    assert both(CalendarSchema, {"valid_from": "2026-01-01", "weekly": weekly}) == (right, right)


@pytest.mark.parametrize(("number", "right"), [(1000, True), (1001, False)])
def test_how_many_a_mapping_may_hold_is_documented(number: int, right: bool) -> None:
    first = date(2026, 1, 1).toordinal()
    extra = {date.fromordinal(first + day).isoformat(): HOURS for day in range(number)}
    body = {"valid_from": "2026-01-01", "weekly": {}, "extra": extra}
    assert both(CalendarSchema, body) == (right, right)
