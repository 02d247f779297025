"""V2 worked out by hand, from section 7.5 of the policy page."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from simulators.expect import expect
from tests.unit.simulators.cities import BLANK

Json = dict[str, Any]


def at(clock: str, day: str = "2026-11-20") -> int:
    """Epoch milliseconds of a time of the day in Shenzhen; 2026-11-20 is a Friday."""
    moment = datetime.fromisoformat(f"{day}T{clock}")
    return int(moment.replace(tzinfo=ZoneInfo("Asia/Shanghai")).timestamp() * 1000)


def city(**installation: Any) -> Json:
    """One venue, open from 09:00 to 18:00, on Saturdays until 24:00, never on Sundays."""
    weekly = {day: [["09:00", "18:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
    calendar = {"valid_from": "2026-01-01", "weekly": weekly | {"sat": [["10:00", "24:00"]]}}
    place = {"venue": "v", "zone": "z", "code": "i", "seats": 1, "vr_device_kind": "HMD_STANDALONE"}
    place["installed_on"] = "2026-01-01"
    return BLANK | {
        "venues": [{"slug": "v", "district": "futian"}],
        "zones": [{"venue": "v", "code": "z", "calendars": [calendar]}],
        "installations": [place | {"presence_method": "PROXIMITY_SENSOR"} | installation],
        "bindings": [{"vendor": "a", "device": "d", "valid_from": "2026-01-01", "installation": "v/z/i"}],
    }


def session(ts: int, duration_s: int, **fields: Any) -> Json:
    record = {"kind": "session", "ts": ts, "duration_s": duration_s, "seq": 0, **fields}
    return {"site": "v", "vendor": "a", "feed": "f", "device": "d", "record": record}


def uses(sessions: list[Json], **installation: Any) -> int:
    total: int = expect(city(**installation), sessions)["V2"]["total"]
    return total


def test_sixty_seconds_are_a_use_and_fifty_nine_are_not() -> None:
    assert uses([session(at("10:00"), 60)]) == 1
    assert uses([session(at("10:00"), 59)]) == 0


def test_a_gap_of_sixty_seconds_is_bridged_and_a_longer_one_is_not() -> None:
    first = session(at("10:00:00"), 30)

    assert uses([first, session(at("10:01:30"), 30)]) == 1
    assert uses([first, session(at("10:01:30.001"), 30)]) == 0


def test_the_gap_counts_towards_the_length() -> None:
    assert uses([session(at("10:00:00"), 1), session(at("10:00:59"), 1)]) == 1  # 60 s from first to last
    assert uses([session(at("10:00:00"), 1), session(at("10:00:58"), 1)]) == 0  # 59 s


def test_order_of_arrival_does_not_matter() -> None:
    parts = [session(at("10:00:00"), 30), session(at("10:01:00"), 30), session(at("10:02:00"), 70)]

    assert uses(parts) == uses(parts[::-1]) == 1


def test_a_completed_visit_is_not_continued() -> None:
    assert uses([session(at("10:00:00"), 70, completed=True), session(at("10:01:20"), 70)]) == 2
    assert uses([session(at("10:00:00"), 70, completed=False), session(at("10:01:20"), 70)]) == 1


def test_the_last_part_decides_whether_a_visit_was_completed() -> None:
    parts = [
        session(at("10:00:00"), 70),
        session(at("10:01:20"), 70, completed=True),
        session(at("10:02:40"), 70),
    ]

    assert uses(parts) == 2


def test_other_content_is_another_visit_and_none_equals_none() -> None:
    assert uses([session(at("10:00:00"), 70, content="a"), session(at("10:01:20"), 70, content="b")]) == 2
    assert uses([session(at("10:00:00"), 70, content="a"), session(at("10:01:20"), 70)]) == 2
    assert uses([session(at("10:00:00"), 70), session(at("10:01:20"), 70)]) == 1


@pytest.mark.parametrize(("method", "counted"), [("TICKET_GATE", 2), ("MANUAL", 0)])
def test_only_sensors_see_a_visitor_come_back_and_what_is_counted_by_hand_is_no_use(method: str, counted: int) -> None:
    parts = [session(at("10:00:00"), 70), session(at("10:01:20"), 70)]

    assert uses(parts, presence_method="MOTION_INFERRED") == 1
    assert uses(parts, presence_method=method) == counted


def test_a_session_inside_a_longer_one_does_not_end_it_sooner() -> None:
    parts = [session(at("10:00:00"), 600), session(at("10:01:00"), 10), session(at("10:10:50"), 70)]

    assert uses(parts) == 1


def test_an_overlong_visit_is_one_use_and_named() -> None:
    v2 = expect(city(), [session(at("10:00"), 3600, seq=1), session(at("12:00"), 3601, seq=2)])["V2"]

    assert v2["total"] == 2
    assert v2["sessions"]["overlong"] == 1


def test_tests_are_no_visits_and_do_not_join_others() -> None:
    assert uses([session(at("10:00"), 600, test=True)]) == 0
    parts = [session(at("10:00"), 30), session(at("10:00:40"), 30, test=True), session(at("10:01:31"), 40)]
    assert uses(parts) == 0  # 61 s apart once the test is out


def test_the_first_second_of_the_opening_counts_and_the_closing_second_does_not() -> None:
    assert uses([session(at("08:59:59"), 300)]) == 0
    assert uses([session(at("09:00:00"), 300)]) == 1
    assert uses([session(at("17:59:59"), 300)]) == 1
    assert uses([session(at("18:00:00"), 300)]) == 0


def test_a_visit_over_midnight_counts_on_the_day_it_began() -> None:
    v2 = expect(city(), [session(at("23:59:59.999", "2026-11-21"), 300)])["V2"]

    assert v2["days"] == {"2026-11-21": 1}
    assert uses([session(at("00:00", "2026-11-22"), 300)]) == 0  # Sundays are closed


def test_parts_on_both_sides_of_midnight_are_one_visit_of_the_first_day() -> None:
    parts = [session(at("23:59:20", "2026-11-21"), 30), session(at("00:00:30", "2026-11-22"), 300)]

    assert expect(city(), parts)["V2"]["days"] == {"2026-11-21": 1}


def test_days_outside_the_window_do_not_count() -> None:
    assert uses([session(at("10:00", "2026-11-13"), 300)]) == 0
    assert uses([session(at("10:00", "2026-11-23"), 300)]) == 0


def test_an_installation_counts_from_its_first_day_in_service_until_it_retires() -> None:
    on_monday = [session(at("10:00", "2026-11-16"), 300)]

    assert uses(on_monday, installed_on="2026-11-17") == 0
    assert uses(on_monday, installed_on="2026-11-16") == 1
    assert uses(on_monday, retired_on="2026-11-17") == 1
    assert uses(on_monday, retired_on="2026-11-16") == 0


def test_headsets_carry_one_and_seats_limit_a_dome() -> None:
    dome = {"vr_device_kind": "CAVE_DOME", "seats": 12}

    assert uses([session(at("10:00"), 300, headcount=5)]) == 1
    assert uses([session(at("10:00"), 300, headcount=5)], **dome) == 5
    assert uses([session(at("10:00"), 300)], **dome) == 1
    assert uses([session(at("10:00"), 300, headcount=15)], **dome) == 12


def test_a_merged_group_is_as_large_as_its_largest_part() -> None:
    parts = [session(at("10:00:00"), 240, headcount=4), session(at("10:04:30"), 300, headcount=7)]

    assert uses(parts, vr_device_kind="CAVE_DOME", seats=12) == 7


def test_closed_days_special_hours_and_new_calendars_are_followed() -> None:
    changed = city()
    changed["zones"][0]["calendars"] = [
        {
            "valid_from": "2026-01-01",
            "weekly": {"thu": [["09:00", "10:00"]], "fri": [["09:00", "10:00"]]},
            "closed": ["2026-11-19"],
            "extra": {"2026-11-17": [["20:00", "21:00"]]},
        },
        {"valid_from": "2026-11-20", "weekly": {"fri": [["15:00", "16:00"]]}},
    ]
    visits = [
        session(at("20:30", "2026-11-17"), 60),
        session(at("09:30", "2026-11-19"), 60),
        session(at("09:30", "2026-11-20"), 60),
        session(at("15:30", "2026-11-20"), 60),
    ]

    assert expect(changed, visits)["V2"]["days"] == {"2026-11-17": 1, "2026-11-20": 1}


def test_the_same_record_sent_twice_counts_once() -> None:
    line = session(at("10:00"), 300)

    assert uses([line, line], presence_method="TICKET_GATE") == 1
    assert expect(city(), [line, line])["points"] == {"session": 1}


def test_totals_are_told_by_site_installation_and_day() -> None:
    v2 = expect(city(), [session(at("10:00"), 300), session(at("12:00", "2026-11-21"), 300)])["V2"]

    assert v2["sites"] == {"v": 2}
    assert v2["districts"] == {"futian": 2}
    assert v2["installations"] == {"v/z/i": 2}
    assert v2["days"] == {"2026-11-20": 1, "2026-11-21": 1}


def test_an_unbound_device_has_no_uses() -> None:
    unbound = city()
    unbound["bindings"][0]["valid_to"] = "2026-11-20"

    assert expect(unbound, [session(at("10:00"), 300)])["V2"]["total"] == 0
