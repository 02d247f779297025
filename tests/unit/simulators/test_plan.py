import json
from datetime import date
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest

from shared.contracts.registry import ENTITIES, Zone
from shared.contracts.telemetry import DeviceId, Slug
from shared.contracts.vocabulary import (
    CATEGORIES,
    DISTRICT_CODES,
    FUNDING_SOURCES,
    HOUSING_TYPES,
    ORGANISATION_ROLES,
    PRESENCE_METHODS,
    VENUE_TYPES,
    VR_DEVICE_KINDS,
)
from simulators.city import COLLECTIONS, City, Row, read_city
from simulators.districts import DISTRICTS
from simulators.plan import Wish, plan_city
from tests.unit.simulators.cities import END, demo_city, small_city, wish


def rows(name: str, city: City | None = None) -> list[Row]:
    return (city or demo_city()).collections[name]


def ids(name: str, *fields: str) -> set[str]:
    return {"/".join(str(row[field]) for field in fields) for row in rows(name)}


def test_the_same_wish_gives_the_same_bytes_and_another_seed_gives_others() -> None:
    assert plan_city(wish()).text() == plan_city(wish()).text()
    assert plan_city(wish(seed=8)).text() != plan_city(wish()).text()


def test_a_city_read_back_is_the_city_that_was_written(tmp_path: Path) -> None:
    path = tmp_path / "city.json"
    path.write_text(small_city().text(), encoding="utf-8")

    assert read_city(path) == small_city()


def test_the_demo_city_has_the_size_that_was_asked_for() -> None:
    sizes = {name: len(rows(name)) for name in COLLECTIONS}

    assert (sizes["pilots"], sizes["venues"], sizes["dwellings"]) == (2, 2, 60)
    assert 6 * 60 <= sizes["slots"] <= 8 * 60
    assert (demo_city().first_day, demo_city().until) == (date(2026, 11, 16), date(2026, 11, 23))
    assert len({pilot["district"] for pilot in rows("pilots")}) == 2


@pytest.mark.parametrize("name", COLLECTIONS)
def test_a_collection_holds_exactly_the_bodies_the_registry_takes(name: str) -> None:
    irregular = {"tenancies": "tenancy", "occupancies": "occupancy", "legal_bases": "legal_basis"}
    entity = ENTITIES[irregular.get(name) or name.removesuffix("s")]
    late = rows(f"late_{name}") if name in {"devices", "bindings", "feed_bindings"} else []
    by_the_registry = {"recorded_by": "somebody"} if "recorded_by" in entity.__struct_fields__ else {}

    for row in rows(name) + late:
        assert not set(row) & set(by_the_registry)
        body = msgspec.convert(row | by_the_registry, entity)
        assert set(row) <= set(entity.__struct_fields__)
        assert isinstance(body, entity)


def test_every_reference_leads_somewhere() -> None:
    slots = ids("slots", "pilot", "dwelling_ref", "code")
    installations = ids("installations", "venue", "zone", "code")
    devices = ids("devices", "vendor", "device") | {f"{d['vendor']}/{d['device']}" for d in rows("late_devices")}
    vendors = {row["slug"] for row in rows("organisations") if "VENDOR" in row["roles"]}
    sites = ids("pilots", "slug") | ids("venues", "slug")

    assert ids("phases", "pilot") <= ids("pilots", "slug")
    assert ids("dwellings", "pilot", "phase") <= ids("phases", "pilot", "number")
    assert ids("slots", "pilot", "dwelling_ref") == ids("dwellings", "pilot", "dwelling_ref")
    assert ids("zones", "venue") == ids("venues", "slug")
    assert ids("installations", "venue", "zone") == ids("zones", "venue", "code")
    assert ids("devices", "vendor") | ids("feeds", "vendor") == vendors
    for binding in rows("bindings") + rows("late_bindings"):
        assert f"{binding['vendor']}/{binding['device']}" in devices
        assert binding.get("slot") in slots or binding.get("installation") in installations
    for feed in rows("feeds"):
        assert set(feed["sites"]) <= sites
    for speaker in demo_city().speakers:
        assert f"{speaker.vendor}/{speaker.device}" in devices
        assert speaker.site in sites


def test_nothing_is_named_twice_and_no_slot_has_two_devices_at_once() -> None:
    assert len(ids("slots", "pilot", "dwelling_ref", "code")) == len(rows("slots"))
    assert len(ids("devices", "vendor", "device")) == len(rows("devices"))
    assert len(ids("feeds", "vendor", "feed")) == len(rows("feeds"))
    assert not ids("pilots", "slug") & ids("venues", "slug")
    spans: dict[str, list[tuple[str, str]]] = {}
    for binding in rows("bindings") + rows("late_bindings"):
        place = binding.get("slot") or binding["installation"]
        spans.setdefault(place, []).append((binding["valid_from"], binding.get("valid_to", "9999")))
    for of_place in spans.values():
        of_place.sort()
        assert all(left[1] <= right[0] for left, right in pairwise(of_place))


def test_names_have_the_form_that_topics_need() -> None:
    slugs = ids("organisations", "slug") | ids("pilots", "slug") | ids("venues", "slug")
    slugs |= {feed["feed"] for feed in rows("feeds")}

    for slug in slugs:
        msgspec.convert(slug, Slug)
    for speaker in demo_city().speakers:
        msgspec.convert(speaker.device, DeviceId)


def test_words_of_enumerations_are_the_contract_s() -> None:
    assert DISTRICTS == DISTRICT_CODES
    for name, field, words in (
        ("pilots", "housing_type", HOUSING_TYPES),
        ("pilots", "funding_source", FUNDING_SOURCES),
        ("venues", "venue_type", VENUE_TYPES),
        ("slots", "category", CATEGORIES),
        ("installations", "vr_device_kind", VR_DEVICE_KINDS),
        ("installations", "presence_method", PRESENCE_METHODS),
    ):
        assert {row[field] for row in rows(name)} <= set(words)
    assert {role for row in rows("organisations") for role in row["roles"]} <= set(ORGANISATION_ROLES)


def test_credit_codes_carry_the_right_check_digit() -> None:
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100-2015
    for organisation in rows("organisations"):
        *body, check = organisation["uscc"]
        weighted = sum(alphabet.index(sign) * pow(3, place, 31) for place, sign in enumerate(body))
        assert len(body) == 17
        assert alphabet[-weighted % 31] == check
        assert "虚构" in organisation["name"]


def test_some_slots_are_installed_and_silent_and_one_device_comes_late() -> None:
    speaking = {(speaker.vendor, speaker.device) for speaker in demo_city().speakers}
    silent = [d for d in rows("devices") if (d["vendor"], d["device"]) not in speaking]
    registered = {(d["vendor"], d["device"]) for d in rows("devices")}
    late = [(d["vendor"], d["device"]) for d in rows("late_devices")]

    assert 10 <= len(silent) <= 25
    assert len(late) == 1
    assert late[0] in speaking
    assert late[0] not in registered


def test_calendars_are_in_order_and_no_day_is_both_closed_and_special() -> None:
    for row in rows("zones"):
        calendars = msgspec.convert(row, Zone).calendars
        starts = [calendar.valid_from for calendar in calendars]
        assert starts == sorted(set(starts))
        assert all(not set(calendar.closed) & set(calendar.extra) for calendar in calendars)


@pytest.mark.parametrize("change", [{"days": 0}, {"dwellings": 1}, {"venues": 0}])
def test_a_city_that_cannot_be_is_refused(change: dict[str, int]) -> None:
    asked = {"seed": 7, "end": END, **change}

    with pytest.raises(ValueError, match=r"at least 1|cannot fill"):
        plan_city(Wish(**asked))  # type: ignore[arg-type]


def test_the_document_is_json_with_a_row_to_a_line() -> None:
    text = small_city().text()

    assert json.loads(text).keys() == {"seed", "from", "to", *small_city().collections, "disturbances", "speakers"}
    assert json.dumps(small_city().collections["feeds"][0], ensure_ascii=False) + "," in text.splitlines()


def test_the_city_of_a_demo_has_five_districts_six_types_of_venue_and_more_than_1500_devices() -> None:
    city = plan_city(Wish(7, END, days=14, pilots=5, venues=6, dwellings=230, heartbeat_minutes=60))

    venues = rows("venues", city)
    assert len({pilot["district"] for pilot in rows("pilots", city)}) == 5
    assert {venue["venue_type"] for venue in venues} == set(VENUE_TYPES)
    assert all(("venue_type_text" in venue) == (venue["venue_type"] == "OTHER_PUBLIC") for venue in venues)
    assert len(rows("devices", city)) >= 1_500
    assert len([feed for feed in rows("feeds", city) if feed["vendor_cloud"]]) == 3
    assert len([feed for feed in rows("feeds", city) if feed["feed"].startswith("gw-")]) > 50


def test_every_device_is_bound_to_the_feed_it_speaks_through() -> None:
    carried = {(b["vendor"], b["device"]): b["feed"] for b in rows("feed_bindings") + rows("late_feed_bindings")}
    feeds = {(feed["vendor"], feed["feed"]) for feed in rows("feeds")}

    assert set(carried) == {(d["vendor"], d["device"]) for d in rows("devices") + rows("late_devices")}
    assert {(vendor, feed) for (vendor, _), feed in carried.items()} <= feeds
    assert all(carried[s.vendor, s.device] == s.feed for s in demo_city().speakers)


def test_papers_are_invented_name_nobody_and_cover_every_pilot() -> None:
    pilots = ids("pilots", "slug")

    for paper in rows("selections") + rows("legal_bases"):
        assert "虚构" in paper["title"]
        assert len(bytes.fromhex(paper["sha256"])) == 32
    assert (
        {paper["pilot"] for paper in rows("selections")} == {paper["pilot"] for paper in rows("legal_bases")} == pilots
    )
    assert {b["basis"] for b in rows("legal_bases")} <= {"STATUTORY_DUTY", "CONSENT", "CONTRACT", "OTHER_LAWFUL"}


def test_months_and_tenancies_are_of_dwellings_that_were_handed_over() -> None:
    handed_over = {d["dwelling_ref"]: d["handed_over_on"] for d in rows("dwellings") if "handed_over_on" in d}
    occupied = {o["dwelling_ref"] for o in rows("occupancies") if o["occupied"]}

    assert {o["dwelling_ref"] for o in rows("occupancies")} == set(handed_over)
    assert {o["month"] for o in rows("occupancies")} == {"2026-11"}
    assert {t["dwelling_ref"] for t in rows("tenancies")} == occupied
    assert all(t["valid_from"] == t["consent_from"] == handed_over[t["dwelling_ref"]] for t in rows("tenancies"))
    assert [t["consent"] for t in rows("tenancies")].count("REFUSED") == 1
