"""V5 worked out by hand, from section 7.5 of the policy page: seconds of sessions over seconds of opening hours."""

from typing import Any

from simulators.expect import expect
from simulators.oracle.parameters import Parameters
from tests.unit.simulators.test_expect_v2 import Json, at, city, session

WEEK_S = 5 * 9 * 3600 + 14 * 3600  # five days of nine hours, and Saturday from 10:00 to 24:00


def v5(*sessions: Json, **installation: Any) -> tuple[int, int]:
    total = expect(city(**installation), list(sessions))["V5"]["total"]
    return total["numerator"], total["denominator"]


def test_valid_seconds_in_opening_hours_over_opening_seconds() -> None:
    assert v5() == (0, WEEK_S)
    assert v5(session(at("10:00"), 300)) == (300, WEEK_S)
    assert v5(session(at("10:00"), 59)) == (0, WEEK_S)


def test_seconds_outside_the_calendar_do_not_count() -> None:
    assert v5(session(at("08:58"), 300))[0] == 180
    assert v5(session(at("17:58"), 300))[0] == 120
    assert v5(session(at("23:58", "2026-11-21"), 300))[0] == 120  # Sunday is closed


def test_a_merged_session_counts_its_gap_and_at_most_an_hour() -> None:
    assert v5(session(at("10:00:00"), 30), session(at("10:01:00"), 30))[0] == 90
    assert v5(session(at("10:00"), 5000))[0] == 3600


def test_gap_shortest_and_longest_are_those_that_are_told() -> None:
    sessions = [session(at("10:00:00"), 30), session(at("10:01:00"), 30), session(at("11:00"), 300)]

    def used(parameters: Parameters) -> tuple[int, int]:
        told = expect(city(), sessions, parameters=parameters)
        return told["V2"]["total"], told["V5"]["total"]["numerator"]

    assert used(Parameters()) == (2, 90 + 300)
    assert used(Parameters(merge_gap_s=29)) == (1, 300)
    assert used(Parameters(shortest_s=91)) == (1, 300)
    assert used(Parameters(longest_s=100)) == (2, 90 + 100)


def test_only_days_in_service_are_in_the_denominator() -> None:
    assert v5(installed_on="2026-11-20") == (0, 9 * 3600 + 14 * 3600)
    assert v5(session(at("10:00", "2026-11-19"), 300), installed_on="2026-11-20")[0] == 0
    assert v5(retired_on="2026-11-17") == (0, 9 * 3600)


def test_a_second_that_two_sessions_cover_counts_once_and_a_begun_one_not() -> None:
    other = session(at("10:02"), 300, content="another")

    assert v5(session(at("10:00"), 300), other)[0] == 420
    assert v5(session(at("17:58:00.500"), 300))[0] == 119


def test_a_device_counts_on_the_days_on_which_it_is_bound() -> None:
    bound = {"vendor": "a", "device": "d", "installation": "v/z/i", "valid_from": "2026-11-21"}

    assert expect(city() | {"bindings": [bound]}, [])["V5"]["total"]["denominator"] == 14 * 3600
    assert expect(city() | {"bindings": []}, [])["V5"]["total"]["denominator"] == 0


def test_what_is_counted_by_hand_counts_nothing() -> None:
    by_hand = expect(city(presence_method="MANUAL"), [session(at("10:00"), 300)])

    assert by_hand["V5"]["total"]["denominator"] == by_hand["V2"]["total"] == by_hand["V2"]["coverage"]["total"]["all"]
    assert by_hand["V2"]["total"] == 0


def test_an_outage_hides_open_minutes_in_which_the_device_was_not_seen() -> None:
    feeds = [{"vendor": "a", "device": "d", "feed": "f", "valid_from": "2026-01-01"}]
    outage = {"vendor": "a", "feed": "f", "from_ms": at("08:00"), "to_ms": at("11:00")}

    told = expect(city() | {"feed_bindings": feeds}, [session(at("10:00"), 300)], [outage])

    hidden = 2 * 60 - 5  # from 09:00, when it opens
    assert told["V2"]["coverage"]["total"] == {"all": WEEK_S // 60, "unaffected": WEEK_S // 60 - hidden}
    assert told["V2"]["coverage"]["districts"]["futian"] == told["V2"]["coverage"]["sites"]["v"]
    v5 = told["V5"]["total"]
    assert (v5["all"], v5["unaffected"], v5["observed_numerator"]) == (WEEK_S, WEEK_S - hidden * 60, 300)


def test_a_session_that_was_taken_back_is_no_use() -> None:
    void = session(at("20:00"), 1)
    void["record"] = {
        "kind": "void",
        "ts": at("20:00"),
        "seq": 9,
        "of": {"kind": "session", "ts": at("10:00"), "seq": 0},
    }

    assert v5(session(at("10:00"), 300), void) == (0, WEEK_S)
    assert expect(city(), [session(at("10:00"), 300), void])["V2"]["total"] == 0
