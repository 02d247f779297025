"""What was sent against what is stored: every way in which they can differ is found."""

import copy
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from tests.under_load.comparing import Holding, compare, ledger_faults

SENT = Holding(
    points={("usage", "s", "d1", 1_000_000, 0), ("usage", "s", "d1", 2_000_001, 1), ("session", "v", "d2", 5, 5)},
    minutes={("seen", "d1", 10), ("seen", "d1", 11), ("local", "d1", 10), ("seen", "d2", 10)},
    sessions={("d2", 0, 5, 60), ("d2", 90_000, 6, 60)},
)
Change = Callable[[Holding], Any]

MISSING: dict[str, Change] = {
    "a point": lambda held: held.points.remove(("usage", "s", "d1", 1_000_000, 0)),
    "a minute seen": lambda held: held.minutes.remove(("seen", "d1", 11)),
    "a minute of use": lambda held: held.minutes.remove(("local", "d1", 10)),
    "a session": lambda held: held.sessions.remove(("d2", 0, 5, 60)),
}
DOUBLE: dict[str, Change] = {
    "a point at another time": lambda held: held.points.add(("usage", "s", "d1", 1_000_001, 0)),
    "a point at another site": lambda held: held.points.add(("usage", "t", "d1", 1_000_000, 0)),
    "a minute more": lambda held: held.minutes.add(("seen", "d1", 12)),
    "a minute in another strip": lambda held: held.minutes.add(("smart", "d1", 10)),
    "a session more": lambda held: held.sessions.add(("d2", 0, 7, 60)),
    "a row held twice": lambda held: held.twice.update({"session": 1}),
}


def changed(change: Change) -> Holding:
    held = copy.deepcopy(SENT)
    change(held)
    return held


def test_equal_holdings_do_not_differ() -> None:
    assert compare(SENT, copy.deepcopy(SENT)) == (0, 0, [])


@pytest.mark.parametrize("change", MISSING.values(), ids=MISSING.keys())
def test_what_is_missing_is_found(change: Change) -> None:
    found = compare(SENT, changed(change))

    assert (found.missing, found.double, len(found.examples)) == (1, 0, 1)


@pytest.mark.parametrize("change", DOUBLE.values(), ids=DOUBLE.keys())
def test_what_was_not_sent_is_found(change: Change) -> None:
    found = compare(SENT, changed(change))

    assert (found.missing, found.double, len(found.examples)) == (0, 1, 1)


def test_another_length_of_a_session_is_one_missing_and_one_not_sent() -> None:
    found = compare(
        SENT, changed(lambda held: held.sessions.symmetric_difference_update({("d2", 0, 5, 60), ("d2", 0, 5, 61)}))
    )

    assert (found.missing, found.double) == (1, 1)


def test_all_is_counted_but_only_some_is_shown() -> None:
    found = compare(Holding(points={("usage", "s", "d", at, 0) for at in range(100)}), Holding())

    assert (found.missing, len(found.examples)) == (100, 3)


DAY = 20_000  # 2024-10-04
GOOD = {"day": "2024-10-04", "received": 12, "stored": 10, "set_aside": {}, "waiting": 0, "repeated": 2}


def faults(**changes: Any) -> list[str]:
    return ledger_faults(Counter({DAY: 10}), {"settled": True, "rows": [GOOD | changes]})


def test_a_ledger_that_holds_what_was_sent_and_adds_up_is_right() -> None:
    assert faults() == []


@pytest.mark.parametrize(
    "changes",
    [
        {"stored": 9, "repeated": 3},
        {"stored": 11, "repeated": 1},
        {"received": 13},
        {"repeated": None},
        {"received": 9, "repeated": -1},
        {"set_aside": {"bad_record": 1}, "repeated": 1},
        {"waiting": 1, "repeated": 1},
        {"dropped": 1, "repeated": 1},
        {"dropped": {"no_consent": 1}, "repeated": 1},
        {"day": "2024-10-05"},
    ],
    ids=str,
)
def test_a_ledger_that_differs_or_does_not_add_up_is_found(changes: dict[str, Any]) -> None:
    assert faults(**changes)


def test_a_ledger_that_is_not_settled_is_no_proof() -> None:
    assert ledger_faults(Counter({DAY: 10}), {"settled": False, "rows": [GOOD]}) == ["the ledger is not settled"]
