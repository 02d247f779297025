"""Venues whose devices also send heartbeats and faults, and venues with a long history, generated."""

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from tests.unit.adoption import cities_homes
from tests.unit.adoption.cities import FIRST, digest, midnight_ms
from tests.unit.adoption.cities_venues import worlds
from tests.unit.adoption.world import World


@st.composite
def heard_worlds(draw: Any) -> World:
    """A world whose devices also send heartbeats, readings and faults, at intervals of their own."""
    city, found, own = draw(worlds())
    for device in city["devices"]:
        device["reporting_interval_s"] = draw(st.sampled_from([None, 60, 61, 300, 900, 3600]))
        more = draw(cities_homes.records(device["vendor"], device["device"]))
        found += [r for r in more if r["kind"] != "usage" and r.get("of", {}).get("kind") != "usage"]
    return city, found, own


@st.composite
def long_worlds(draw: Any) -> World:
    """A world with a history of up to a hundred days of its devices, with few sessions, and long outages in it."""
    city, found, own = draw(worlds())
    for place in city["installations"]:
        place["installed_on"] = place["installed_on"] and place["installed_on"] - timedelta(days=170)
    for zone in city["zones"]:
        for calendar in zone["calendars"][:1]:
            calendar["valid_from"] -= timedelta(days=draw(st.sampled_from([0, 100, 100])))
    sooner = st.sampled_from([0, 24, 26, 28, 40, 57, 58, 60, 100])
    for device in city["devices"]:
        mine = [b for b in city["bindings"] if (b["vendor"], b["device"]) == (device["vendor"], device["device"])]
        for binding in mine[:1]:
            binding["valid_from"] -= timedelta(days=draw(sooner))
        for number in range(draw(st.integers(0, 2))):
            ts = midnight_ms(FIRST - timedelta(days=draw(st.integers(0, 62)))) + 9 * 3_600_000
            record = {"kind": "session", **device, "site": "museum", "ts": ts, "seq": number, "duration_s": 300}
            record |= {"content": None, "headcount": None, "completed": None}
            found.append(record | {"sha": digest(record), "received_ms": ts})
    for _ in range(draw(st.integers(0, 2))):
        begins = midnight_ms(FIRST - timedelta(days=draw(st.integers(0, 62))))
        own.append((begins, begins + draw(st.sampled_from([36_000_000, 2 * 86_400_000, 30 * 86_400_000]))))
    return city, found, own
