"""Small pilots and their records, generated: times crowd where mistakes would be – edges of hours, days and gaps."""

import hashlib
import json
import os
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

Json = dict[str, Any]
SHANGHAI = ZoneInfo("Asia/Shanghai")
FIRST = date(2024, 2, 27)  # the days around a leap day
DAYS = 5
EXAMPLES = int(os.environ.get("PILOTLIGHT_EXAMPLES", "8"))  # of each generated test; more of them find rarer mistakes
VENDORS = ("acme", "bolt")


def midnight_ms(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=SHANGHAI).timestamp() * 1000)


def days() -> st.SearchStrategy[date]:
    return st.integers(0, DAYS - 1).map(lambda n: FIRST + timedelta(days=n))


def windows() -> st.SearchStrategy[tuple[date, date]]:
    return st.tuples(days(), st.integers(1, 3)).map(lambda w: (w[0], w[0] + timedelta(days=w[1])))


def moments_in(window: tuple[date, date]) -> st.SearchStrategy[int]:
    """Epoch milliseconds in a window: its first, its last, or a morning's."""
    first, end = map(midnight_ms, window)
    return st.sampled_from([first, first + 9 * 3_600_000, end - 1])


def times() -> st.SearchStrategy[int]:
    """Epoch milliseconds near the edges of minutes, hours and days."""
    hours = st.sampled_from([0, 0, 9, 9, 12, 17, 17, 23, 24])
    nudges = st.sampled_from([-60_001, -60_000, -1000, -1, 0, 0, 1, 999, 30_000, 59_999, 60_000, 1_800_000])
    return st.builds(lambda day, hour, nudge: midnight_ms(day) + hour * 3_600_000 + nudge, days(), hours, nudges)


def digest(record: Json) -> str:
    """The contract's SHA-256 of a content: sorted names, no spaces, absent fields left out, great integers as text."""
    said = {name: exact(value) for name, value in record.items() if name not in ("received_ms", "sha", "boot")}
    said = {name: value for name, value in said.items() if value is not None}
    text = json.dumps({"test": False, "seq": 0} | said, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def exact(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: exact(inner) for name, inner in value.items()}
    if type(value) is float and value.is_integer():
        return int(value)  # RFC 8785 writes 1.0 as 1
    return str(value) if type(value) is int and abs(value) >= 2**53 else value


def received(draw: Any, ts_ms: int) -> int:
    """Punctual, a little late, or days late."""
    return ts_ms + int(draw(st.sampled_from([0, 200, 200, 3_600_000, 86_400_000, 3 * 86_400_000])))


@st.composite
def bindings(draw: Any, vendor: str, device: str, targets: list[Json]) -> list[Json]:
    """One device's bindings: up to three, one after another, perhaps with pauses."""
    edges = sorted(draw(st.sets(st.integers(-2, DAYS), min_size=1, max_size=4)))
    found = []
    for begins, ends in zip(edges, [*edges[1:], None], strict=True):
        target = draw(st.sampled_from([*targets, None]))
        if target is not None:
            valid_to = None if ends is None else FIRST + timedelta(days=ends)
            found.append(
                {"vendor": vendor, "device": device, "valid_from": FIRST + timedelta(days=begins), "valid_to": valid_to}
                | target
            )
    return found


def agreeing(records: list[Json]) -> list[Json]:
    """Of each usage the first content: one in conflict is known as one only after the nightly scan."""
    first: dict[Any, Json] = {}
    for number, record in enumerate(records):
        identity = (record["vendor"], record["device"], record["ts"], record.get("seq", 0))
        first.setdefault(identity if record["kind"] == "usage" else number, record)
    return list(first.values())


@st.composite
def shuffled_and_repeated(draw: Any, records: list[Json]) -> list[Json]:
    repeats = draw(st.lists(st.sampled_from(records), max_size=3)) if records else []
    return list(draw(st.permutations([*records, *repeats])))


@st.composite
def homes(draw: Any) -> tuple[Json, list[Json]]:
    """A pilot of two dwellings with slots of every fate, and a device's swap in most."""
    dates = st.one_of(st.none(), days())
    slots = []
    for dwelling in ("ref-00000001", "ref-00000002"):
        for code in ("a", "b")[: draw(st.integers(1, 2))]:
            slots.append(
                {"pilot": "xili", "dwelling_ref": dwelling, "code": code, "category": draw(categories())}
                | {"installed_on": draw(dates), "retired_on": draw(dates)}
            )
    found: list[Json] = []
    records: list[Json] = []
    for number, slot in enumerate(slots):
        key = f"{slot['pilot']}/{slot['dwelling_ref']}/{slot['code']}"
        edges = sorted(draw(st.sets(st.integers(-2, DAYS), max_size=3)))
        for begins, ends in zip(edges, [*edges[1:], None], strict=False):
            vendor, device = draw(st.sampled_from(VENDORS)), f"lamp-{number}-{begins}"
            valid_to = None if ends is None else FIRST + timedelta(days=ends - draw(st.integers(0, 1)))
            binding = {"vendor": vendor, "device": device, "slot": key, "valid_from": FIRST + timedelta(days=begins)}
            if valid_to is None or valid_to > binding["valid_from"]:
                found.append(binding | {"valid_to": valid_to})
            records += draw(home_records(vendor, device))
    city = {
        "vendors": VENDORS,
        "pilots": [
            {"slug": "xili", "name": "西丽", "district": "nanshan", "housing_type": "PUBLIC_RENTAL"}
            | {"funding_source": "MIXED"}
        ],
        "phases": [{"pilot": "xili", "number": 1, "name": "一期"}, {"pilot": "xili", "number": 2, "name": "二期"}],
        "dwellings": [
            {"pilot": "xili", "phase": 1, "dwelling_ref": "ref-00000001"},
            {"pilot": "xili", "phase": 2, "dwelling_ref": "ref-00000002"},
        ],
        "slots": slots,
        "venues": [],
        "zones": [],
        "installations": [],
        "devices": [{"vendor": b["vendor"], "device": b["device"]} for b in found],
        "bindings": found,
    }
    return city, draw(shuffled_and_repeated(agreeing(records)))


def categories() -> st.SearchStrategy[str]:
    return st.sampled_from(["LIGHTING", "GATEWAY"])


@st.composite
def home_records(draw: Any, vendor: str, device: str) -> list[Json]:
    return [draw(home_record(vendor, device)) for _ in range(draw(st.integers(0, 3)))]


@st.composite
def home_record(draw: Any, vendor: str = "acme", device: str = "lamp-1") -> Json:
    ts = draw(times())
    kind = draw(st.sampled_from(["heartbeat", "reading", "usage", "fault", "void"]))
    record = {"kind": kind, "vendor": vendor, "site": "xili", "device": device, "ts": ts}
    if kind not in ("heartbeat", "reading"):
        record["seq"] = draw(st.integers(0, 3))
    if kind == "usage":
        record["action"] = draw(st.sampled_from(["on", "off", "ack"]))
        record["trigger"] = draw(st.sampled_from(["local", "app", "voice", "scene", "schedule", "linkage"]))
    if kind == "fault":
        record |= {"code": draw(st.sampled_from(["e-1", "e-2"])), "active": draw(st.booleans())}
    if kind == "void":
        record["of"] = {"kind": "usage", "ts": ts - 60_000, "seq": 0}
    return record | {"sha": digest(record), "received_ms": received(draw, ts)}
