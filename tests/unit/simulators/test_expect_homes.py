"""H1, H6, H7 and H7a worked out by hand, from sections 7.3 and 7.4 of the policy page: a dwelling, its slots, a day."""

from typing import Any

import pytest

from simulators.expect import expect
from simulators.oracle.parameters import Parameters, read_parameters
from tests.unit.simulators.cities import BLANK
from tests.unit.simulators.test_expect_v2 import at

Json = dict[str, Any]
DAY, NEXT_DAY = "2026-11-18", "2026-11-19"


def city(**changes: Any) -> Json:
    """One dwelling, one day: a lamp, a panel and a lock that report every half hour, and a smoke alarm."""
    categories = {"lamp": "LIGHTING", "panel": "CONTROL_PANEL", "lock": "ACCESS_LOCK", "smoke": "LIFE_SAFETY"}
    home = {"pilot": "p", "dwelling_ref": "r"}
    since = {"valid_from": "2026-10-01"}
    one = BLANK | {
        "from": DAY,
        "to": "2026-11-19",
        "pilots": [{"slug": "p", "district": "futian"}],
        "dwellings": [home | {"handed_over_on": "2026-10-05"}],
        "slots": [
            home | {"code": c, "category": category, "installed_on": "2026-10-01"} for c, category in categories.items()
        ],
        "devices": [
            {"vendor": "a", "device": c, "category": categories[c], "reporting_interval_s": 1800} for c in categories
        ],
        "bindings": [{"vendor": "a", "device": c, "slot": f"p/r/{c}", **since} for c in categories],
        "feed_bindings": [{"vendor": "a", "device": c, "feed": "f", **since} for c in categories],
        "occupancies": [home | {"month": "2026-11", "occupied": True}],
        "legal_bases": [{"pilot": "p", **since}],
    }
    return one | changes


def said(device: str, clock: str, kind: str = "heartbeat", day: str = DAY, **fields: Any) -> Json:
    record = {"kind": kind, "ts": at(clock, day), "seq": 0, **fields}
    return {"site": "p", "vendor": "a", "feed": "f", "device": device, "record": record}


def use(device: str, clock: str, trigger: str, action: str = "on", **fields: Any) -> Json:
    return said(device, clock, "usage", action=action, trigger=trigger, **fields)


def online(*lines: Json, parameters: Parameters | None = None, **changes: Any) -> tuple[int, int]:
    total = expect(city(**changes), list(lines), parameters=parameters)["H6"]["total"]
    return total.get("numerator", 0), total.get("denominator", 0)


def active(*lines: Json, metric: str = "H7", **changes: Any) -> tuple[int, int]:
    total = expect(city(**changes), list(lines))[metric]["total"]
    return total.get("numerator", 0), total.get("denominator", 0)


def test_a_device_is_online_for_twice_its_interval_after_it_was_seen() -> None:
    four_days = 4 * 1440

    assert online(said("lamp", "10:00:59.999")) == (60, four_days)
    assert online(said("lamp", "10:00"), said("lamp", "10:30")) == (90, four_days)
    assert online(said("lamp", "10:00"), said("lamp", "12:00")) == (120, four_days)
    assert online(said("lamp", "23:30")) == (30, four_days)  # the day ends first


def test_what_was_said_the_evening_before_carries_in_and_after_the_window_nothing_counts() -> None:
    assert online(said("lamp", "23:30", day="2026-11-17"))[0] == 30
    assert online(said("lamp", "00:00", day="2026-11-19"))[0] == 0


def test_an_interval_is_believed_up_to_the_cap_of_its_category() -> None:
    def capped(category: str, longest_s: int, **changes: Any) -> int:
        return online(said("lamp", "10:00"), parameters=Parameters(interval_max_s={category: longest_s}), **changes)[0]

    untold = [{"vendor": "a", "device": "lamp", "category": "LIGHTING"}]
    assert capped("LIGHTING", 900) == 30
    assert capped("LIGHTING", 901) == 32  # a begun minute counts
    assert capped("LIFE_SAFETY", 900) == 60
    assert capped("LIGHTING", 900, devices=untold) == 30


def test_a_service_s_parameters_must_be_all_of_them() -> None:
    told = {"merge_gap_s": 30, "shortest_s": 40, "longest_s": 50, "affected_minutes": 20, "interval_max_s.HVAC_AIR": 9}

    assert read_parameters(told | {"coverage_min": 90}) == Parameters(30, 40, 50, 20, {"HVAC_AIR": 9})
    with pytest.raises(ValueError, match="longest_s"):
        read_parameters({key: value for key, value in told.items() if key != "longest_s"})


def test_exposure_is_installed_and_handed_over_whether_or_not_anything_speaks() -> None:
    home = {"pilot": "p", "dwelling_ref": "r"}

    assert online(dwellings=[home]) == (0, 0)
    assert online(dwellings=[home | {"handed_over_on": "2026-11-19"}]) == (0, 0)
    assert online(slots=[home | {"code": "lamp", "category": "LIGHTING", "installed_on": DAY}]) == (0, 1440)
    assert online(slots=[home | {"code": "lamp", "category": "LIGHTING"}]) == (0, 0)
    retired = home | {"code": "lamp", "category": "LIGHTING", "installed_on": "2026-10-01", "retired_on": DAY}
    assert online(said("lamp", "10:00"), slots=[retired]) == (0, 0)


def test_after_a_swap_each_device_counts_on_its_own_days() -> None:
    swap = [
        {"vendor": "a", "device": "lamp", "slot": "p/r/lamp", "valid_from": "2026-10-01", "valid_to": DAY},
        {"vendor": "a", "device": "new", "slot": "p/r/lamp", "valid_from": DAY},
    ]
    devices = [
        {"vendor": "a", "device": d, "category": "LIGHTING", "reporting_interval_s": 1800} for d in ("lamp", "new")
    ]

    assert online(said("lamp", "10:00"), bindings=swap, devices=devices)[0] == 0
    assert online(said("new", "10:00"), bindings=swap, devices=devices)[0] == 60
    assert online(said("new", "23:50", day="2026-11-17"), bindings=swap, devices=devices)[0] == 0  # before its binding
    both: Json = {"from": "2026-11-17", "bindings": swap, "devices": devices}
    assert online(said("lamp", "10:00", day="2026-11-17"), said("new", "10:00"), **both)[0] == 120


def test_tests_voids_and_what_they_take_back_leave_no_minute() -> None:
    lamp = use("lamp", "10:00", "app")
    void = said("lamp", "20:00", "void", seq=1, of={"kind": "usage", "ts": at("10:00", DAY), "seq": 0})

    assert online(said("lamp", "10:00", test=True))[0] == 0
    assert (online(lamp)[0], active(lamp)[0]) == (60, 1)
    assert (online(lamp, void)[0], active(lamp, void)[0]) == (0, 0)
    assert (online(void, lamp)[0], active(void, lamp)[0]) == (0, 0)
    assert expect(city(), [lamp, void])["points"] == {"usage": 1, "void": 1}
    assert expect(city(), [lamp, void])["H4"]["total"]["numerator"] == 0


def outage(first: str, until: str, feed: str = "f", day: str = DAY) -> Json:
    return {"vendor": "a", "feed": feed, "from_ms": at(first, day), "to_ms": at(until, DAY)}


def test_an_approved_outage_hides_the_minutes_in_which_nothing_was_online() -> None:
    h6 = expect(city(), [said("lamp", "10:00")], [outage("10:00", "11:59")])["H6"]["total"]

    assert (h6["numerator"], h6["denominator"], h6["observed_numerator"]) == (60, 4 * 1440, 60)
    assert h6["all"] - h6["unaffected"] == 3 * 119 + 59  # the lamp was online from 10:00 to 11:00


def test_a_day_is_affected_by_an_hour_from_six_on() -> None:
    def affected(first: str, until: str) -> int:
        h7 = expect(city(), [said("lamp", "10:00")], [outage(first, until)])["H7"]["total"]
        return int(h7["all"] - h7["unaffected"])

    assert affected("00:00", "06:59") == 0
    assert affected("00:00", "07:00") == 1


def test_a_slot_that_never_spoke_is_affected_where_every_day_since_its_binding_is() -> None:
    new = [{"vendor": "a", "device": d, "slot": f"p/r/{d}", "valid_from": DAY} for d in ("lamp", "panel")]

    def unaffected(*lines: Json, **changes: Any) -> int:
        return int(expect(city(**changes), list(lines), [outage("08:00", "09:00")])["H4"]["total"]["unaffected"])

    assert unaffected() == 4  # bound since October
    assert unaffected(bindings=new) == 2
    assert unaffected(said("lamp", "20:00"), bindings=new) == 3


def test_an_outage_of_another_feed_excuses_nobody() -> None:
    h6 = expect(city(), [], [outage("08:00", "20:00", feed="g")])["H6"]["total"]

    assert h6["unaffected"] == h6["all"] == 4 * 1440


def test_one_smart_minute_or_local_ones_in_two_categories_make_a_day_active() -> None:
    assert active(use("lamp", "10:00", "voice")) == (1, 1)
    assert active(use("lamp", "10:00", "local")) == (0, 1)
    assert active(use("lamp", "10:00", "local"), use("panel", "20:00", "local")) == (1, 1)
    assert active(use("lamp", "10:00", "local"), use("lamp", "20:00", "local")) == (0, 1)
    assert active(use("lamp", "10:00", "local"), use("lock", "20:00", "local", "lock")) == (0, 1)
    assert active(use("lock", "20:00", "app", "lock")) == (1, 1)


def test_schedules_linkage_tests_and_passive_categories_are_no_use_but_an_alarm_acknowledged_is() -> None:
    assert active(use("lamp", "10:00", "schedule"), use("panel", "10:00", "linkage")) == (0, 1)
    assert active(use("lamp", "10:00", "app", test=True)) == (0, 1)
    assert active(use("smoke", "10:00", "app")) == (0, 1)
    assert active(use("smoke", "10:00", "local", "ack")) == (1, 1)
    assert active(use("lamp", "10:00", "schedule", "ack")) == (1, 1)


def test_h7_is_of_occupied_dwellings_where_lawful_and_h7a_of_all_handed_over() -> None:
    voice = use("lamp", "10:00", "voice")
    empty = [{"pilot": "p", "dwelling_ref": "r", "month": "2026-11", "occupied": False}]

    assert active(voice, occupancies=empty) == (0, 0)
    assert active(voice, occupancies=[]) == (0, 0)
    assert active(voice, legal_bases=[]) == (0, 0)
    assert active(voice, legal_bases=[{"pilot": "p", "valid_from": "2026-11-19"}]) == (0, 0)
    assert active(voice, metric="H7a", occupancies=empty, legal_bases=[]) == (1, 1)
    assert active(voice, metric="H7a", dwellings=[{"pilot": "p", "dwelling_ref": "r"}]) == (0, 0)


def test_an_outage_affects_the_dwelling_by_its_interactive_slots() -> None:
    hour = [outage("08:00", "09:00")]
    only_smoke = [{"vendor": "a", "device": "smoke", "feed": "f", "valid_from": "2026-10-01"}]

    h7 = expect(city(), [use("lamp", "20:00", "app")], hour)["H7"]["total"]
    passive = expect(city(feed_bindings=only_smoke), [use("lamp", "20:00", "app")], hour)["H7"]["total"]

    assert (h7["numerator"], h7["denominator"], h7["observed_numerator"], h7["unaffected"]) == (1, 1, 0, 0)
    assert (passive["observed_numerator"], passive["unaffected"]) == (1, 1)


@pytest.mark.parametrize(
    ("without", "consented"),
    [
        (("WITHDRAWN", DAY), ("WITHDRAWN", NEXT_DAY)),
        (("REFUSED", NEXT_DAY), ("GIVEN", DAY)),
        (("GIVEN", NEXT_DAY), ("GIVEN", "2026-10-05")),
    ],
)
def test_nothing_of_a_day_without_consent_counts_but_it_stays_in_the_denominator(
    without: tuple[str, str], consented: tuple[str, str]
) -> None:
    tenancy = {"pilot": "p", "dwelling_ref": "r", "number": 1, "valid_from": "2026-10-05"}
    refused: Json = {"tenancies": [tenancy | {"consent": without[0], "consent_from": without[1]}]}
    agreed: Json = {"tenancies": [tenancy | {"consent": consented[0], "consent_from": consented[1]}]}

    assert active(use("lamp", "10:00", "app"), **refused) == (0, 1)
    assert online(said("lamp", "10:00"), **refused) == (0, 4 * 1440)
    assert expect(city(**refused), [said("lamp", "10:00")])["points"] == {}
    assert active(use("lamp", "10:00", "app"), **agreed) == (1, 1)


def test_lines_with_an_outcome_are_nowhere_stored() -> None:
    parked = said("lamp", "10:00") | {"outcome": "parked"}

    assert online(parked)[0] == 0
    assert expect(city(), [parked])["points_by_vendor_day"] == {}


def test_h1_counts_pilots_with_a_selection_paper() -> None:
    paper = {"pilot": "p", "issued_on": DAY}

    h1 = expect(city(selections=[paper, paper]), [])["H1"]
    assert h1["total"] == h1["districts"]["futian"] == {"numerator": 1, "unaffected": 1, "all": 1}
    assert expect(city(selections=[paper | {"issued_on": "2026-11-19"}]), [])["H1"]["total"]["numerator"] == 0


def test_districts_are_sums_of_their_sites() -> None:
    pilots = [
        {"slug": "p", "district": "futian"},
        {"slug": "q", "district": "futian"},
        {"slug": "s", "district": "luohu"},
    ]

    h6 = expect(city(pilots=pilots), [said("lamp", "10:00")])["H6"]

    assert set(h6["sites"]) == {"p", "q", "s"}
    assert h6["districts"]["futian"]["numerator"] == h6["total"]["numerator"] == 60
    assert h6["districts"]["luohu"]["denominator"] == 0
