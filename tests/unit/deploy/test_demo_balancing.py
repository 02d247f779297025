"""A line of the ledger that does not balance, or does not hold what was sent, makes the demo fail."""

from collections import Counter
from typing import Any

import pytest

from deploy.demo.__main__ import conclude
from deploy.demo.balancing import Account, account, balances, ledger_differences, line_of

Json = dict[str, Any]
OWED = Account(Counter({("a", "2026-11-20"): 5}), Counter({("a", "2026-11-20"): 2}), Counter({("a", "not_json"): 1}), 0)


def row(**changes: Any) -> Json:
    whole = {"vendor": "a", "day": "2026-11-20", "received": 8, "stored": 5, "set_aside": {"not_json": 1}}
    return (
        whole | {"dropped": {"no_consent": 2}, "not_accepted": {}, "waiting": 0, "repeated": 0, "missing": 4} | changes
    )


def found(**changes: Any) -> list[str]:
    return ledger_differences(OWED, {"settled": True, "rows": [row(**changes)]})


def test_a_ledger_of_what_was_sent_balances() -> None:
    assert found() == []


@pytest.mark.parametrize(
    "change",
    [
        {"received": 9},
        {"waiting": 1},
        {"not_accepted": {"full": 1}},
        {"repeated": None},
        {"received": 7, "repeated": -1},
    ],
)
def test_a_line_that_does_not_balance_is_named(change: Json) -> None:
    assert "2026-11-20 does not balance" in found(**change)[0]


def test_what_is_missing_is_no_part_of_the_sum() -> None:
    assert balances(line_of(row(missing=1_000)))


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"received": 9, "stored": 6}, "points the ledger counts"),
        ({"received": 9, "dropped": {"no_consent": 3}}, "dropped for want of consent"),
        ({"received": 9, "set_aside": {"not_json": 1, "bad_record": 1}}, "set aside"),
        ({"received": 9, "repeated": 1}, "are repeated, and no message was sent again"),
    ],
)
def test_a_line_that_balances_and_is_not_what_was_sent_is_named(change: Json, what: str) -> None:
    (difference,) = found(**change)

    assert what in difference


def test_a_message_sent_again_may_be_repeated() -> None:
    again = OWED._replace(sent_again=1)

    assert ledger_differences(again, {"settled": True, "rows": [row(received=9, repeated=1)]}) == []


def test_a_ledger_that_is_not_settled_is_a_difference() -> None:
    assert ledger_differences(OWED, {"settled": False, "rows": []}) != []


def test_a_record_of_a_year_ahead_is_not_looked_for_in_the_window() -> None:
    played = {"bad": {"by_vendor_reason": {"a": {"not_json": 1, "future_ts": 3}}}, "messages": {"sent_again": 0}}
    expected = {"points_by_vendor_day": {"a": {"2026-11-20": 5}}}

    assert account(expected, Counter({("a", "2026-11-20"): 2}), played) == OWED


def test_one_difference_makes_the_demo_fail(capsys: pytest.CaptureFixture[str]) -> None:
    assert conclude([], 1.0) == 0
    assert conclude(found(waiting=1), 1.0) == 1
    assert "2026-11-20 does not balance" in capsys.readouterr().out
