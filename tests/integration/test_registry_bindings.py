"""Where devices are: one place at a time, one device in a place."""

from typing import Any

import pytest

from tests.integration.databases import Databases
from tests.integration.registry_under_test import VENDOR, Caller, home, pointers, reason, registry

SLOTS = [f"garden/home-0000{number}/lamp" for number in range(4)]


@pytest.fixture
def admin(databases: Databases) -> Caller:
    """The administrator of a city with four slots for lamps and eight lamps, none bound."""
    made = registry(databases).admin
    made.made("/v1/organisations", VENDOR)
    home(made, "garden", dwellings=len(SLOTS))
    made.made("/v1/devices", *({"vendor": "acme", "device": f"lamp-{number}"} for number in range(8)))
    return made


def binding(device: str, valid_from: str, valid_to: str | None = None, slot: str = SLOTS[0]) -> dict[str, Any]:
    return {"vendor": "acme", "device": device, "slot": slot, "valid_from": valid_from, "valid_to": valid_to}


@pytest.mark.parametrize(
    ("row", "place"),
    [
        (binding("no-such-lamp", "2026-01-01"), "#/0/device"),
        (binding("lamp-0", "2026-01-01", slot="garden/home-00000/door"), "#/0/slot"),
    ],
)
def test_what_is_bound_and_where_must_exist(admin: Caller, row: dict[str, Any], place: str) -> None:
    answer = admin.post("/v1/bindings", [row])
    assert (answer.status_code, reason(answer), pointers(answer)) == (422, "unknown_reference", [place])


def test_a_binding_names_one_place_and_ends_after_it_begins(admin: Caller) -> None:
    both = {**binding("lamp-0", "2026-01-01"), "installation": "hall/z1/hmd"}
    neither = {"vendor": "acme", "device": "lamp-0", "valid_from": "2026-01-01"}
    empty = binding("lamp-0", "2026-01-01", "2026-01-01")
    answer = admin.post("/v1/bindings", [both, neither, empty])
    assert pointers(answer) == ["#/0", "#/1", "#/2/valid_to"]


def test_bindings_of_one_device_or_one_slot_do_not_overlap(admin: Caller) -> None:
    slots = [f"garden/home-0000{n}/lamp" for n in (1, 2, 3)]
    admin.made(
        "/v1/bindings",
        binding("lamp-1", "2026-01-01", "2026-03-01", slots[0]),
        binding("lamp-2", "2026-03-01", None, slots[0]),  # on the very day the other ends
    )

    answer = admin.post(
        "/v1/bindings",
        [
            binding("lamp-1", "2026-02-28", None, slots[1]),  # the same device, elsewhere, a day too early
            binding("lamp-3", "2026-06-01", "2026-07-01", slots[0]),  # a slot that is taken
            binding("lamp-4", "2026-01-01", None, slots[2]),  # nothing wrong with it
            binding("lamp-5", "2025-01-01", "2027-01-01", slots[2]),  # the one before it has the slot
        ],
    )

    assert (answer.status_code, reason(answer)) == (409, "conflicting")
    assert pointers(answer) == ["#/0/valid_from", "#/1/valid_from", "#/3/valid_from"]


def test_an_ended_binding_cannot_be_reopened_over_its_successor(admin: Caller) -> None:
    slot = "garden/home-00003/lamp"
    admin.made("/v1/bindings", binding("lamp-6", "2026-01-01", "2026-02-01", slot))
    admin.made("/v1/bindings", binding("lamp-7", "2026-02-01", None, slot))
    answer = admin.patch("/v1/bindings/acme/lamp-6/2026-01-01", {"valid_to": None})
    assert (answer.status_code, reason(answer), pointers(answer)) == (409, "conflicting", ["#/valid_to"])
    assert admin.patch("/v1/bindings/acme/lamp-6/2026-01-01", {"valid_to": "2026-01-31"}).status_code == 200
