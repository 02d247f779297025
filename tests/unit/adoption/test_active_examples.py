"""H7 and H7a on one home at a time: what makes a day active, and whose days count."""

from datetime import date, timedelta

import pytest

from services.adoption.definitions import ACTIVE_OCCUPIED
from tests.unit.adoption.homes import (
    DAY,
    LAST_MS,
    LONG_AGO,
    MIDNIGHT,
    WINDOW,
    asked,
    bound,
    heartbeat,
    hours,
    lived_in,
    usage,
)
from tests.unit.adoption.world import Interval, silent_feed


@pytest.mark.parametrize(
    ("category", "action", "trigger", "why"),
    [
        ("LIGHTING", "on", "app", "active"),
        ("LIGHTING", "on", "scene", "active"),
        ("LIGHTING", "ack", "schedule", "active"),
        ("LIGHTING", "on", "local", "some_use"),
        ("LIGHTING", "on", "schedule", "no_use"),
        ("LIGHTING", "on", "linkage", "no_use"),
        ("ACCESS_LOCK", "unlock", "app", "active"),
        ("GATEWAY", "on", "app", "no_use"),
        ("GATEWAY", "on", "local", "no_use"),
        ("LIFE_SAFETY", "ack", "local", "active"),
    ],
)
def test_what_makes_a_day_active(category: str, action: str, trigger: str, why: str) -> None:
    city = lived_in(bound("lamp", LONG_AGO), category=category)
    result = asked("H7", city, usage(MIDNIGHT + LAST_MS, action, trigger))
    assert [row.why for row in result.rows("denominator")] == [why]
    assert result.figure.conservative[:2] == (1 if why == "active" else 0, 1)


@pytest.mark.parametrize(
    ("categories", "active"),
    [(("LIGHTING", "SHADING"), 1), (("LIGHTING", "LIGHTING"), 0), (("LIGHTING", "ACCESS_LOCK"), 0)],
)
def test_local_use_makes_a_day_active_in_two_categories_other_than_door_locks(
    categories: tuple[str, str], active: int
) -> None:
    city = lived_in(bound("lamp", LONG_AGO), bound("other", LONG_AGO) | {"slot": "xili/ref-00000001/b"})
    city["slots"] = [city["slots"][0] | {"code": c, "category": k} for c, k in zip("ab", categories, strict=True)]
    result = asked("H7", city, usage(MIDNIGHT), usage(MIDNIGHT + 5 * 3_600_000, device="other"))
    assert result.figure.conservative.numerator == active
    assert result.figure.apart["any_use"] == 1


def test_without_a_verified_legal_basis_occupancy_is_not_used_and_the_lower_bound_is_there() -> None:
    used = usage(MIDNIGHT, trigger="app")
    for basis in ({"verified_by": None}, {"verified_by": "k1"}, {"valid_from": WINDOW[1]}, {"valid_to": DAY}):
        city = lived_in(bound("lamp", LONG_AGO))
        city["legal_bases"][0] |= basis
        figure = asked("H7", city, used).figure
        assert (figure.status, figure.conservative.value) == ("NOT_APPLICABLE", None)
        assert figure.removed["no_legal_basis"] == 1
        assert figure.note is not None
        assert asked("H7a", city, used).figure.conservative.value == "1/1"


def test_a_dwelling_that_refused_stays_in_the_denominator_and_is_shown_apart() -> None:
    city = lived_in(bound("lamp", LONG_AGO))
    tenancy = {"pilot": "xili", "dwelling_ref": "ref-00000001", "number": 1, "valid_from": LONG_AGO}
    city["tenancies"] = [tenancy | {"consent": "WITHDRAWN", "consent_from": DAY, "valid_to": WINDOW[1]}]
    days = (date(2024, 2, 28), date(2024, 3, 2))
    result = asked("H7a", city, *(usage(MIDNIGHT + n * 86_400_000, trigger="app") for n in (-1, 0, 1)), window=days)
    assert (result.figure.conservative.value, result.figure.apart["no_consent"]) == ("2/3", 1)
    assert {row.day: row.why for row in result.rows("denominator")}[DAY] == "no_consent"


@pytest.mark.parametrize(
    ("consent", "told", "active"),
    [
        ("GIVEN", 0, "3/3"),
        ("GIVEN", 1, "2/3"),  # agreed on the window's second day
        ("GIVEN", 2, "1/3"),
        ("REFUSED", 2, "0/3"),
        ("WITHDRAWN", 2, "2/3"),
    ],
)
def test_days_count_from_the_day_consent_is_given_until_it_is_withdrawn(consent: str, told: int, active: str) -> None:
    days = (date(2024, 2, 28), date(2024, 3, 2))
    city = lived_in(bound("lamp", LONG_AGO))
    tenancy = {"pilot": "xili", "dwelling_ref": "ref-00000001", "number": 1, "valid_from": days[0], "valid_to": None}
    city["tenancies"] = [tenancy | {"consent": consent, "consent_from": days[0] + timedelta(days=told)}]
    result = asked("H7a", city, *(usage(MIDNIGHT + n * 86_400_000, trigger="app") for n in (-1, 0, 1)), window=days)
    assert result.figure.conservative.value == active
    assert result.figure.apart["no_consent"] == 3 - int(active[0])


@pytest.mark.parametrize(
    ("interval", "affected"),
    [
        (hours(DAY, 6, 7), 1),
        (hours(DAY, 0, 6), 0),
        ((MIDNIGHT + 21_600_000, MIDNIGHT + 25_199_999), 0),
        ((MIDNIGHT + 21_540_000, MIDNIGHT + 25_140_000), 0),
        (hours(DAY, 23, 25), 1),
    ],
)
def test_a_day_with_sixty_unknown_minutes_from_six_on_is_affected(interval: Interval, affected: int) -> None:
    city = lived_in(bound("lamp", LONG_AGO)) | silent_feed("acme", "lamp", interval)
    figure = asked("H7", city).figure
    assert figure.coverage == ("dwelling-day", 1 - affected, 1)
    assert figure.status == ("INSUFFICIENT" if affected else None)


def test_silence_of_a_gateway_alone_does_not_affect_a_dwelling() -> None:
    city = lived_in(bound("lamp", LONG_AGO), category="GATEWAY") | silent_feed("acme", "lamp", hours(DAY, 6, 12))
    assert asked("H7", city).figure.coverage == ("dwelling-day", 1, 1)


def test_readings_backfilled_at_the_reporting_interval_leave_nothing_unknown() -> None:
    city = lived_in(bound("lamp", LONG_AGO)) | silent_feed("acme", "lamp", hours(DAY, 8, 20))
    backfilled = [heartbeat("lamp", MIDNIGHT + n * 900_000) for n in range(96)]
    assert asked("H7", city, *backfilled).figure.coverage == ("dwelling-day", 1, 1)
    assert asked("H7", city).figure.coverage == ("dwelling-day", 0, 1)


def test_a_vacant_dwelling_is_known_to_be_so_even_where_another_month_was_not_reported() -> None:
    over_the_months_end = (DAY, date(2024, 3, 2))
    city = lived_in(bound("lamp", LONG_AGO))
    unreported = asked("H7", city | {"occupancies": []}, window=over_the_months_end).figure
    city["occupancies"][0]["occupied"] = False
    vacant = asked("H7", city, window=over_the_months_end).figure
    assert (unreported.removed["not_reported"], unreported.removed["vacant"]) == (2, 0)
    assert (vacant.removed["not_reported"], vacant.removed["vacant"]) == (1, 1)
    assert unreported.status == vacant.status == "NOT_APPLICABLE"
    assert unreported.note == ACTIVE_OCCUPIED.notes["no_lawful_occupancy"]
    assert vacant.note is None


@pytest.mark.parametrize(
    ("consent", "given", "said", "refused"),
    [
        ("REFUSED", None, 1, [1, 2, 3, 4]),
        ("GIVEN", None, 0, []),  # before the tenancy
        ("GIVEN", None, 1, []),
        ("GIVEN", None, 3, [1, 2]),
        ("WITHDRAWN", None, 4, [4]),
        ("WITHDRAWN", 2, 4, [1, 4]),
        ("WITHDRAWN", 1, 1, [1, 2, 3, 4]),
    ],
)
def test_only_days_of_a_tenancy_are_without_consent_before_it_was_given_and_from_its_withdrawal_on(
    consent: str, given: int | None, said: int, refused: list[int]
) -> None:
    days = [date(2024, 2, 27) + timedelta(days=n) for n in range(7)]  # the tenancy: the second to the fifth
    tenancy = {"pilot": "xili", "dwelling_ref": "ref-00000001", "number": 1, "valid_from": days[1], "valid_to": days[5]}
    tenancy |= {"consent": consent, "given_from": None if given is None else days[given], "consent_from": days[said]}
    city = lived_in(bound("lamp", LONG_AGO)) | {"tenancies": [tenancy]}
    result = asked("H7a", city, window=(days[0], days[6]))
    assert [days.index(row.day) for row in result.rows("denominator") if row.day and row.why == "no_consent"] == refused
    assert result.figure.apart["no_consent"] == len(refused)


def test_each_tenancy_says_for_its_own_days_whether_there_is_consent() -> None:
    days = [date(2024, 2, 27) + timedelta(days=n) for n in range(5)]
    tenancy = {"pilot": "xili", "dwelling_ref": "ref-00000001"}
    first = tenancy | {"number": 1, "valid_from": days[0], "valid_to": days[1], "consent": "REFUSED"}
    second = tenancy | {"number": 2, "valid_from": days[2], "valid_to": None, "consent": "GIVEN"}
    city = lived_in(bound("lamp", LONG_AGO))
    city["tenancies"] = [first | {"consent_from": days[0]}, second | {"consent_from": days[3]}]
    rows = asked("H7a", city, window=(days[0], days[4])).rows("denominator")
    assert sorted(days.index(row.day) for row in rows if row.day and row.why == "no_consent") == [0, 2]
