"""One museum by hand, and what its headset says."""

from datetime import date
from typing import Any

from services.adoption.measure import Measured
from tests.unit.adoption import cities, oracle
from tests.unit.adoption.cities_venues import installation, key
from tests.unit.adoption.world import Interval, Json, city_of, known, measure

DAY = date(2024, 3, 1)
WINDOW = (DAY, date(2024, 3, 2))
NINE = cities.midnight_ms(DAY) + 9 * 3_600_000
ALWAYS = {day: [("00:00", "24:00")] for day in oracle.WEEKDAYS}


def venue(kind: str = "HMD_STANDALONE", method: str = "PROXIMITY_SENSOR", seats: int = 1, **calendar: Any) -> Json:
    place = installation(0, kind, method, seats)
    calendar = {"valid_from": date(2024, 1, 1), "closed": [], "extra": {}} | calendar
    calendar.setdefault("weekly", {"fri": [("09:00", "17:30")]})
    museum = {
        "slug": "museum",
        "name": "博物馆",
        "district": "futian",
        "venue_type": "MUSEUM",
        "funding_source": "MIXED",
    }
    return {name: [] for name in ("pilots", "phases", "dwellings", "slots")} | {
        "vendors": ["acme"],
        "venues": [museum],
        "zones": [{"venue": "museum", "code": "hall", "name": "大厅", "calendars": [calendar]}],
        "installations": [place],
        "devices": [{"vendor": "acme", "device": "hmd"}],
        "bindings": [
            {"vendor": "acme", "device": "hmd", "installation": key(place), "valid_from": date(2024, 1, 1)}
            | {"valid_to": None}
        ],
    }


def session(ts: int, duration_s: int, **more: Any) -> Json:
    record = {"kind": "session", "vendor": "acme", "site": "museum", "device": "hmd", "ts": ts, "seq": 0}
    record |= {"duration_s": duration_s, "content": None, "headcount": None, "completed": None} | more
    return record | {"sha": cities.digest(record), "received_ms": ts}


def void(of: Json, sha: str = "7" * 64) -> Json:
    record = {"kind": "void", "vendor": "acme", "site": "museum", "device": "hmd", "ts": NINE + 500_000, "seq": 0}
    return record | {"of": of, "sha": sha, "received_ms": NINE + 500_000}


def of_session(record: Json) -> Json:
    return {"kind": "session", "ts": record["ts"], "seq": record["seq"]}


def asked(
    metric: str, city: Json, *records: Json, own: tuple[Interval, ...] = (), window: tuple[date, date] = WINDOW
) -> Measured:
    with known(records, own) as facts:
        return measure(metric, "programme", window, city_of(city), facts)


def heartbeat(ts: int, device: str = "hmd") -> Json:
    record = {"kind": "heartbeat", "vendor": "acme", "site": "museum", "device": device, "ts": ts}
    return record | {"received_ms": ts}


def fault(ts: int, *, active: bool, code: str = "e-1", seq: int = 0) -> Json:
    record = {"kind": "fault", "vendor": "acme", "site": "museum", "device": "hmd", "ts": ts, "seq": seq}
    record |= {"code": code, "active": active}
    return record | {"sha": cities.digest(record), "received_ms": ts}


def of_fault(record: Json) -> Json:
    return {"kind": "fault", "ts": record["ts"], "seq": record["seq"]}


def uses(city: Json, *records: Json, window: tuple[date, date] = WINDOW) -> Measured:
    return asked("V2", city, *records, window=window)
