"""What held on a day, against a plain retelling: for every field, the last word among those in force by then."""

from datetime import date, timedelta
from typing import Any

from hypothesis import given, strategies as st

from services.registry.history import held_on, steps
from shared.contracts.civil_time import day_from_date, rfc3339, start_of
from shared.contracts.registry import Change
from shared.contracts.registry_amendment import Amendment

FIRST = date(2026, 1, 1)
NINE = 9 * 3_600_000


def change(version: int, recorded: date, before: dict[str, Any] | None, after: dict[str, Any] | None) -> Change:
    time = rfc3339(start_of(day_from_date(recorded)) + NINE)
    return Change(version, time, f"k-{version}", "phase", "garden/1", version, before, after, "", "")


def amendment(version: int, effective_from: date) -> Amendment:
    return Amendment(
        "phase", "garden/1", version, [], "更正", "k-0", "nanshan", effective_from, "APPROVED", made_version=version
    )


def test_an_amendment_that_is_dated_back_held_before_it_was_recorded() -> None:
    log = [
        change(1, FIRST, None, {"name": "甲", "number": 1}),
        change(2, FIRST + timedelta(9), {"name": "甲", "number": 1}, {"name": "乙", "number": 1}),
    ]
    dated_back = [amendment(2, FIRST + timedelta(4))]
    held = [(held_on(log, dated_back, FIRST + timedelta(days)) or {})["name"] for days in (0, 3, 4, 8, 9)]
    assert held == ["甲", "甲", "乙", "乙", "乙"]
    assert [step.holds_from for step in steps(log, dated_back)] == [None, FIRST + timedelta(4)]
    assert [(each.field, each.before, each.after) for each in steps(log, dated_back)[1].changes] == [
        ("name", "甲", "乙")
    ]


def test_what_came_again_after_a_removal_holds_as_it_came() -> None:
    log = [
        change(1, FIRST, None, {"name": "甲"}),
        change(2, FIRST + timedelta(1), {"name": "甲"}, None),
        change(3, FIRST + timedelta(2), None, {"name": "乙"}),
        change(4, FIRST + timedelta(3), {"name": "乙"}, {"name": "丙"}),
    ]
    held = [held_on(log, [], FIRST + timedelta(days)) for days in (2, 3)]
    assert held == [{"name": "乙"}, {"name": "丙"}]


def test_what_was_registered_first_has_held_ever_since_and_what_was_removed_holds_on_no_day() -> None:
    log = [change(1, FIRST, None, {"name": "甲"})]
    assert held_on(log, [], date(2001, 1, 1)) == {"name": "甲"}
    assert held_on([*log, change(2, FIRST, {"name": "甲"}, None)], [], FIRST) is None
    assert held_on([], [], FIRST) is None


def test_a_state_holds_from_the_day_it_is_said_to_and_a_deed_from_its_own() -> None:
    late = FIRST + timedelta(90)
    log = [
        change(1, FIRST, None, {"state": "PLANNED", "state_from": None, "installed_on": None}),
        change(
            2,
            late,
            {"state": "PLANNED", "state_from": None, "installed_on": None},
            {"state": "ACCEPTED", "state_from": "2026-02-01", "installed_on": None},
        ),
        change(
            3,
            late,
            {"state": "ACCEPTED", "state_from": "2026-02-01", "installed_on": None},
            {"state": "ACCEPTED", "state_from": "2026-02-01", "installed_on": "2026-03-01"},
        ),
    ]
    held = {day: held_on(log, [], date.fromisoformat(day)) or {} for day in ("2026-01-31", "2026-02-01", "2026-03-01")}
    told = {day: (row["state"], row["installed_on"]) for day, row in held.items()}
    assert told == {
        "2026-01-31": ("PLANNED", None),
        "2026-02-01": ("ACCEPTED", None),
        "2026-03-01": ("ACCEPTED", "2026-03-01"),
    }


EDITS = st.lists(
    st.tuples(st.integers(0, 5), st.sampled_from(["name", "code"]), st.integers(0, 3), st.none() | st.integers(0, 20)),
    max_size=8,
)


@given(EDITS, st.integers(-1, 45))
def test_of_every_field_the_last_word_in_force_by_then(edits: list[Any], asked: int) -> None:
    row: dict[str, Any] = {"name": -1, "code": -1}
    log, amendments, words = [change(1, FIRST, None, row)], [], []
    recorded = FIRST
    for version, (later, field, value, back) in enumerate(edits, start=2):
        recorded += timedelta(later)
        before, row = row, row | {field: value}
        log.append(change(version, recorded, before, row))
        since = recorded if back is None else min(recorded, FIRST + timedelta(back))
        if back is not None:
            amendments.append(amendment(version, since))
        if before != row:
            words.append((field, value, since))
    day = FIRST + timedelta(asked)
    expected = {"name": -1, "code": -1}
    for field, value, since in words:
        if since <= day:
            expected[field] = value
    assert held_on(log, amendments, day) == expected
