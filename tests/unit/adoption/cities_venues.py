"""Small venues with their devices and sessions, generated; and scopes of every kind over them."""

from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from tests.unit.adoption import cities_homes
from tests.unit.adoption.cities import (
    DAYS,
    FIRST,
    VENDORS,
    bindings,
    days,
    digest,
    moments_in,
    received,
    shuffled_and_repeated,
    times,
    windows,
)
from tests.unit.adoption.oracle import WEEKDAYS
from tests.unit.adoption.world import Json, World

CONTENTS = (None, None, "reef", "moon")
VENUE_OF_DISTRICT = {"futian": "museum", "nanshan": "library"}
VENUE_OF_TYPE = {"MUSEUM": "museum", "OTHER_PUBLIC": "library"}


def hours() -> st.SearchStrategy[list[tuple[str, str]]]:
    return st.sampled_from(
        [[], [("09:00", "17:30")], [("00:00", "24:00")], [("09:00", "12:00"), ("12:00", "17:00")], [("17:00", "24:00")]]
    )


@st.composite
def calendars(draw: Any) -> list[Json]:
    begins = sorted(draw(st.sets(st.integers(-3, DAYS), max_size=2)))
    return [
        {
            "valid_from": FIRST + timedelta(days=first),
            "weekly": {day: draw(hours()) for day in WEEKDAYS},
            "closed": sorted(draw(st.sets(days(), max_size=1))),
            "extra": draw(st.dictionaries(days(), hours(), max_size=1)),
        }
        for first in begins
    ]


def closure(valid_from: date, valid_to: date, *districts: str, cancelled: bool = False) -> Json:
    names = {"code": f"c-{valid_from}", "name": "台风", "kind": "TYPHOON", "source": "虚构", "source_sha256": "0" * 64}
    return names | {
        "valid_from": valid_from,
        "valid_to": valid_to,
        "districts": list(districts),
        "cancelled": cancelled,
    }


@st.composite
def closures(draw: Any) -> list[Json]:
    if draw(st.booleans()):
        return []
    first = draw(days())
    districts = draw(st.sampled_from([[], ["futian"], ["nanshan", "luohu"]]))
    return [closure(first, first + timedelta(days=draw(st.integers(1, 2))), *districts, cancelled=draw(st.booleans()))]


def installation(number: int, kind: str, method: str, seats: int) -> Json:
    venue, zone = ("museum", "hall") if number % 2 == 0 else ("library", "attic")
    names = {"venue": venue, "zone": zone, "code": f"vr-{number}"}
    service = {"installed_on": FIRST - timedelta(days=30), "retired_on": None}
    return names | service | {"vr_device_kind": kind, "presence_method": method, "seats": seats}


@st.composite
def vr_cities(draw: Any) -> Json:
    kinds = st.sampled_from(["HMD_STANDALONE", "CAVE_DOME", "LARGE_SPACE_VR"])
    methods = st.sampled_from(["PROXIMITY_SENSOR", "RUNTIME_EVENT", "TICKET_GATE", "MANUAL"])
    count = draw(st.integers(1, 3))
    places = [installation(n, draw(kinds), draw(methods), draw(st.integers(1, 4))) for n in range(count)]
    for place in places:
        if draw(st.sampled_from([True, False, False])):
            place |= {
                "installed_on": draw(st.one_of(st.none(), days())),
                "retired_on": draw(st.one_of(st.none(), days())),
            }
    targets = [{"installation": f"{p['venue']}/{p['zone']}/{p['code']}"} for p in places]
    devices = [(draw(st.sampled_from(VENDORS)), f"hmd-{n}") for n in range(draw(st.integers(1, 2)))]
    return {
        "vendors": VENDORS,
        "pilots": [],
        "phases": [],
        "dwellings": [],
        "slots": [],
        "venues": [
            {"slug": "museum", "name": "博物馆", "district": "futian", "venue_type": "MUSEUM"}
            | {"funding_source": "MIXED"},
            {"slug": "library", "name": "图书馆", "district": "nanshan", "venue_type": "OTHER_PUBLIC"}
            | {"funding_source": "MIXED"},
        ],
        "zones": [
            {"venue": "museum", "code": "hall", "name": "大厅", "calendars": draw(calendars())},
            {"venue": "library", "code": "attic", "name": "阁楼", "calendars": draw(calendars())},
        ],
        "closures": draw(closures()),
        "installations": places,
        "devices": [{"vendor": vendor, "device": device} for vendor, device in devices],
        "bindings": [b for vendor, device in devices for b in draw(bindings(vendor, device, targets))],
    }


@st.composite
def sessions(draw: Any, vendor: str, device: str) -> list[Json]:
    """A device's sessions, one after another at telling distances, some withdrawn, some of two contents."""
    found: list[Json] = []
    ts = draw(times())
    for number in range(draw(st.integers(0, 6))):
        record = {
            "kind": "session",
            "vendor": vendor,
            "device": device,
            "site": draw(st.sampled_from(["museum", "library"])),
            "ts": ts,
            "seq": draw(st.sampled_from([0, number, 2**63 - 1])),
            "duration_s": draw(st.sampled_from([1, 30, 59, 60, 61, 300, 3600, 3601, 30_000, 86_400])),
            "content": draw(st.sampled_from(CONTENTS)),
            "headcount": draw(st.sampled_from([None, 1, 2, 3, 200])),
            "completed": draw(st.sampled_from([None, None, False, True])),
        }
        found.append(record | {"sha": digest(record), "received_ms": received(draw, ts)})
        end = ts + record["duration_s"] * 1000
        gap = draw(st.sampled_from([-20_000, 0, 1000, 59_000, 59_999, 60_000, 60_001, 61_000, 3_600_000, None]))
        ts = draw(times()) if gap is None else end + gap
    if found and draw(st.booleans()):
        rival = draw(st.sampled_from(found)) | {"duration_s": 120, "content": None}
        del rival["sha"]
        found.append(rival | {"sha": digest(rival), "received_ms": received(draw, rival["ts"])})
    for number, record in enumerate(found[:3]):
        if draw(st.sampled_from([True, False, False])):
            void = {name: record[name] for name in ("vendor", "device", "site")}
            void |= {"kind": "void", "ts": record["ts"] + 60_000, "seq": number}
            void |= {"of": {"kind": "session", "ts": record["ts"], "seq": record["seq"]}}
            found.append(void | {"sha": digest(void), "received_ms": received(draw, void["ts"])})
    return found


@st.composite
def vr_worlds(draw: Any) -> tuple[Json, list[Json]]:
    city = draw(vr_cities())
    found = [r for d in city["devices"] for r in draw(sessions(d["vendor"], d["device"]))]
    return city, draw(shuffled_and_repeated(found))


@st.composite
def worlds(draw: Any) -> World:
    city, records = draw(vr_worlds())
    feeds = [b for d in city["devices"] for b in draw(cities_homes.feed_bindings(d["vendor"], d["device"]))]
    city |= {"feed_bindings": feeds, "outages": draw(cities_homes.outages())}
    return city, records, draw(cities_homes.own_outages())


@st.composite
def never_idle(draw: Any) -> tuple[World, tuple[date, date]]:
    """A world with one headset more, in a zone that is always open, that was used in the window."""
    (city, found, own), window = draw(worlds()), draw(windows())
    city["closures"] = [one for one in city["closures"] if one["districts"] and "futian" not in one["districts"]]
    always = {"valid_from": FIRST - timedelta(days=30), "closed": [], "extra": {}}
    always |= {"weekly": {day: [("00:00", "24:00")] for day in WEEKDAYS}}
    city["zones"].append({"venue": "museum", "code": "yard", "name": "院子", "calendars": [always]})
    city["installations"].append(installation(8, "HMD_STANDALONE", "RUNTIME_EVENT", 1) | {"zone": "yard"})
    headset = {"vendor": "acme", "device": "hmd-8"}
    since = {"valid_from": FIRST - timedelta(days=30), "valid_to": None}
    city["devices"].append(headset)
    city["bindings"].append(headset | since | {"installation": "museum/yard/vr-8"})
    ts = draw(moments_in(window))
    session = {"kind": "session", **headset, "site": "museum", "ts": ts, "seq": 0, "duration_s": 300}
    session |= {"content": None, "headcount": None, "completed": None}
    return (city, [*found, session | {"sha": digest(session), "received_ms": received(draw, ts)}], own), window


def key(installation: Json | None) -> str | None:
    return f"{installation['venue']}/{installation['zone']}/{installation['code']}" if installation else None


def scopes(city: Json) -> dict[str, Any]:
    """Scopes of every kind, each with what says whether a session (vendor, device, site, installation) is in it."""
    found: dict[str, Any] = {"programme": lambda *_: True, "category:LIGHTING": lambda *_: False}
    for site in ("museum", "library"):
        found[f"site:{site}"] = lambda vendor, device, at, place, site=site: at == site
    for district, site in VENUE_OF_DISTRICT.items():
        found[f"district:{district}"] = found[f"site:{site}"]
    for venue_type, site in VENUE_OF_TYPE.items():
        found[f"venue_type:{venue_type}"] = found[f"site:{site}"]
    for vendor in VENDORS:
        found[f"vendor:{vendor}"] = lambda by, device, at, place, vendor=vendor: by == vendor
    for name in map(key, city["installations"]):
        found[f"installation:{name}"] = lambda vendor, device, at, here, name=name: here == name
    for d in city["devices"]:
        found[f"device:{d['vendor']}/{d['device']}"] = lambda vendor, device, at, here, d=d: (
            (vendor, device) == (d["vendor"], d["device"])
        )
    return found
