"""H4 worked out by hand, from section 7.4 of the policy page: a slot, its device, and whether it has spoken."""

from typing import Any

import pytest

from simulators import expect
from tests.unit.simulators.cities import BLANK, demo_city, demo_stream
from tests.unit.simulators.test_expect_v2 import at

Json = dict[str, Any]
DAY = "2026-11-18"


def city(slot: Json, *bindings: Json) -> Json:
    place = {"pilot": "p", "dwelling_ref": "r", "code": "c", "installed_on": "2026-10-01"}
    return BLANK | {
        "pilots": [{"slug": "p", "district": "futian"}],
        "dwellings": [{"pilot": "p", "dwelling_ref": "r"}],
        "slots": [place | slot],
        "bindings": list(bindings),
    }


def bound(device: str, **dates: str) -> Json:
    return {"vendor": "a", "device": device, "slot": "p/r/c", "valid_from": "2026-10-01"} | dates


def heard(device: str, ts: int, **fields: Any) -> Json:
    return {"site": "p", "vendor": "a", "device": device, "record": {"kind": "heartbeat", "ts": ts, **fields}}


def h4(document: Json, *sent: Json) -> tuple[int, int]:
    total = expect.expect(document, list(sent))["H4"]["total"]
    return total["numerator"], total["denominator"]


def test_a_slot_counts_once_however_much_its_device_says() -> None:
    assert h4(city({}, bound("x")), heard("x", at("10:00")), heard("x", at("11:00"))) == (1, 1)
    assert h4(city({}, bound("x"))) == (0, 1)
    assert h4(city({}), heard("x", at("10:00"))) == (0, 1)


def test_test_records_do_not_activate() -> None:
    assert h4(city({}, bound("x")), heard("x", at("10:00"), test=True)) == (0, 1)


@pytest.mark.parametrize(("clock", "day", "numerator"), [("23:59:59.999", "2026-11-17", 0), ("00:00", DAY, 1)])
def test_only_what_was_said_since_the_binding_counts(clock: str, day: str, numerator: int) -> None:
    assert h4(city({}, bound("x", valid_from=DAY)), heard("x", at(clock, day))) == (numerator, 1)


def test_after_a_swap_the_new_device_must_have_spoken() -> None:
    swapped = city({}, bound("x", valid_to=DAY), bound("y", valid_from=DAY))

    assert h4(swapped, heard("x", at("10:00", "2026-11-17"))) == (0, 1)
    assert h4(swapped, heard("y", at("10:00", "2026-11-19"))) == (1, 1)


def test_what_is_not_installed_or_retired_is_not_in_the_denominator() -> None:
    assert h4(city({"installed_on": None}, bound("x")), heard("x", at("10:00"))) == (0, 0)
    assert h4(city({"retired_on": DAY}, bound("x", valid_to=DAY)), heard("x", at("10:00"))) == (0, 0)
    assert h4(city({"retired_on": "2026-11-24"}, bound("x")), heard("x", at("10:00"))) == (1, 1)


def test_the_demo_city_is_not_wholly_activated_and_gains_one_slot_by_the_late_device() -> None:
    document: Json = demo_city().collections | {"from": "2026-11-16", "to": "2026-11-23"}
    sent = [
        {"site": s.site, "vendor": s.vendor, "feed": s.feed, "device": s.device, "record": s.record}
        for s in demo_stream()
    ]

    early_document, early_sent = expect.without_late(document, sent)
    before = h4(early_document, *early_sent)
    after = h4(document, *sent)

    # Of 419 slots one is planned, one retired. Not activated: the silent, and test only, spoke before, swapped for a
    # silent one, unbound, and those of the dwelling that refused. The 60 gateways, the late device and the seven with
    # another fate cannot be drawn silent.
    silent = round((419 - 60 - 1 - 7) * 0.04)
    (refusing,) = [t["dwelling_ref"] for t in document["tenancies"] if t["consent"] == "REFUSED"]
    refused = len([slot for slot in document["slots"] if slot["dwelling_ref"] == refusing])
    assert after == (417 - silent - 4 - refused, 417)
    assert before == (after[0] - 1, 417)
