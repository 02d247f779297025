"""H8 and H8a on one home at a time: how many days make a month count, and how many make it active."""

from datetime import date, timedelta
from typing import Any

import pytest

from services.adoption.definitions import MONTHLY_OCCUPIED
from tests.unit.adoption.cities import midnight_ms
from tests.unit.adoption.homes import LONG_AGO, asked, bound, heartbeat, hours, lived_in, usage
from tests.unit.adoption.world import Json, silent_feed

FEBRUARY = (date(2024, 2, 1), date(2024, 3, 1))  # 29 days
TENANCY = {"pilot": "xili", "dwelling_ref": "ref-00000001", "number": 1, "given_from": None}


def lamp(**dwelling: Any) -> Json:
    city = lived_in(bound("lamp", LONG_AGO), installed_on=LONG_AGO)
    city["dwellings"][0] |= dwelling
    return city


def used_on(*days: int, month: int = 2) -> list[Json]:
    return [usage(midnight_ms(date(2024, month, day)), trigger="app") for day in days]


@pytest.mark.parametrize(("days", "why"), [((1, 5, 28), "seldom"), ((1, 5, 28, 29), "active"), ((), "inactive")])
def test_four_active_days_make_a_month_active_the_leap_day_among_them(days: tuple[int, ...], why: str) -> None:
    for metric in ("H8", "H8a"):
        result = asked(metric, lamp(), *used_on(*days), window=FEBRUARY)
        assert [(row.why, row.day) for row in result.rows("denominator")] == [(why, FEBRUARY[0])]
        assert result.figure.conservative[:2] == (1 if why == "active" else 0, 1)


def test_several_uses_of_one_day_are_one_active_day() -> None:
    midnight = midnight_ms(FEBRUARY[0])
    uses = [usage(midnight + hour * 3_600_000, trigger="app") for hour in range(24)]
    assert asked("H8", lamp(), *uses, window=FEBRUARY).figure.conservative[:2] == (0, 1)


def test_uses_of_the_days_around_the_month_are_not_of_it() -> None:
    around = [usage(midnight_ms(FEBRUARY[0]) - 1, trigger="app"), usage(midnight_ms(FEBRUARY[1]), trigger="app")]
    assert asked("H8", lamp(), *around, *used_on(1, 2, 29), window=FEBRUARY).figure.conservative[:2] == (0, 1)


@pytest.mark.parametrize(("handed_over", "counts"), [(date(2024, 2, 15), 1), (date(2024, 2, 16), 0)])
def test_a_home_handed_over_in_the_month_counts_with_fifteen_days_of_it(handed_over: date, counts: int) -> None:
    for metric in ("H8", "H8a"):
        uses = used_on(10, 11, 12, 20, 21, 22, 29)
        figure = asked(metric, lamp(handed_over_on=handed_over), *uses, window=FEBRUARY).figure
        assert figure.conservative[:2] == (counts, counts)
        assert figure.removed["not_handed_over"] == 1 - counts
    before = asked("H8", lamp(handed_over_on=handed_over), *used_on(10, 11, 12, 13), window=FEBRUARY).figure
    assert before.conservative.numerator == 0


@pytest.mark.parametrize(("ends", "counts"), [(date(2024, 2, 16), 1), (date(2024, 2, 15), 0)])
def test_a_legal_basis_must_hold_for_fifteen_days_of_the_month(ends: date, counts: int) -> None:
    city = lamp()
    city["legal_bases"][0]["valid_to"] = ends
    figure = asked("H8", city, *used_on(1, 2, 3, 4), window=FEBRUARY).figure
    assert figure.conservative[:2] == (counts, counts)
    assert figure.removed["no_legal_basis"] == 1 - counts
    assert (figure.note == MONTHLY_OCCUPIED.notes["no_lawful_occupancy"]) == (not counts)
    assert asked("H8a", city, *used_on(1, 2, 3, 4), window=FEBRUARY).figure.conservative[:2] == (1, 1)


def test_vacant_and_unreported_months_are_removed_and_stay_in_the_lower_bound() -> None:
    city = lamp()
    city["occupancies"][0]["occupied"] = False
    two_months = (date(2024, 2, 1), date(2024, 4, 1))
    figure = asked("H8", city, window=two_months).figure
    assert (figure.removed["vacant"], figure.removed["not_reported"], figure.status) == (1, 1, "NOT_APPLICABLE")
    assert figure.note is None  # it is known that nobody lives there
    assert asked("H8a", city, window=two_months).figure.conservative[:2] == (0, 2)


def test_a_month_that_the_window_cuts_is_not_judged() -> None:
    for window in ((date(2024, 2, 1), date(2024, 2, 29)), (date(2024, 2, 2), date(2024, 3, 1))):
        figure = asked("H8", lamp(), *used_on(2, 3, 4, 5), window=window).figure
        assert (figure.status, figure.removed["partial_month"]) == ("NOT_APPLICABLE", 1)
        assert figure.note == MONTHLY_OCCUPIED.notes["no_whole_month"]
    longer = asked("H8", lamp(), *used_on(2, 3, 4, 5), window=(date(2024, 1, 31), date(2024, 3, 2)))
    assert longer.figure.conservative[:2] == (1, 1)
    assert [(row.why, row.day) for row in longer.rows("removed")] == [
        ("partial_month", date(2024, 1, 1)),
        ("partial_month", date(2024, 3, 1)),
    ]


def test_days_without_consent_are_never_active_and_the_month_stays_in_the_denominator() -> None:
    withdrawn = TENANCY | {"valid_from": LONG_AGO, "valid_to": None, "consent": "WITHDRAWN"}
    for told, why in ((date(2024, 2, 5), "active"), (date(2024, 2, 4), "seldom"), (LONG_AGO, "no_consent")):
        city = lamp() | {"tenancies": [withdrawn | {"consent_from": told}]}
        result = asked("H8", city, *used_on(*range(1, 30)), window=FEBRUARY)
        assert [row.why for row in result.rows("denominator")] == [why]
        assert result.figure.apart["no_consent"] == 1


@pytest.mark.parametrize(
    ("silent_days", "status", "observed"),
    [(2, None, 1), (3, "INSUFFICIENT", 1), (14, "INSUFFICIENT", 1), (15, "INSUFFICIENT", 0)],
)
def test_what_is_observed_is_the_same_rule_over_the_days_unaffected(
    silent_days: int, status: str | None, observed: int
) -> None:
    first = midnight_ms(FEBRUARY[0])
    city = lamp() | silent_feed("acme", "lamp", (first, first + silent_days * 86_400_000))
    result = asked("H8", city, *used_on(20, 21, 22, 23), window=FEBRUARY)
    assert result.figure.coverage == ("dwelling-day", 29 - silent_days, 29)
    assert result.figure.status == status
    assert result.figure.conservative[:2] == (1, 1)
    assert result.figure.observed[:2] == (observed, observed)


def test_a_month_that_an_outage_leaves_undecided_says_so_and_counts_as_not_active() -> None:
    city = lamp() | silent_feed("acme", "lamp", hours(date(2024, 2, 29), 6, 7))
    for days, why in (((1, 2, 3), "unknown"), ((1, 2), "seldom")):
        result = asked("H8", city, *used_on(*days), window=FEBRUARY)
        assert [row.why for row in result.rows("denominator")] == [why]
        assert result.figure.conservative[:2] == result.figure.observed[:2] == (0, 1)


def test_a_swapped_device_goes_on_where_the_old_one_ended() -> None:
    swapped = date(2024, 2, 10)
    city = lived_in(bound("old", LONG_AGO, swapped), bound("lamp", swapped), installed_on=LONG_AGO)
    old = [usage(midnight_ms(date(2024, 2, day)), trigger="app", device="old") for day in (8, 9, 10, 11)]
    figure = asked("H8", city, *old, *used_on(9, 10, 11), window=FEBRUARY).figure
    assert figure.conservative[:2] == (1, 1)  # the 8th and 9th by the old one, the 10th and 11th by the new


def test_heartbeats_and_schedules_make_no_month_active() -> None:
    days = [FEBRUARY[0] + timedelta(days=n) for n in range(29)]
    said = [usage(midnight_ms(day), trigger="schedule") for day in days] + [
        heartbeat("lamp", midnight_ms(day) + 60_000) for day in days
    ]
    result = asked("H8", lamp(), *said, window=FEBRUARY)
    assert [row.why for row in result.rows("denominator")] == ["inactive"]
    assert result.figure.apart == {"any_use": 0, "no_consent": 0}
