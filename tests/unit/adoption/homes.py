"""One home by hand, and what its devices say."""

from datetime import date
from typing import Any

from services.adoption.measure import Measured
from tests.unit.adoption import cities
from tests.unit.adoption.world import Interval, Json, city_of, known, measure

ONLY = {"kind": "heartbeat", "vendor": "acme", "site": "xili", "device": "lamp"}
WEEK = (date(2024, 2, 26), date(2024, 3, 4))
LONG_AGO = date(2024, 1, 1)
DAY = date(2024, 2, 29)
MIDNIGHT = cities.midnight_ms(DAY)
WINDOW = (DAY, date(2024, 3, 1))
LAST_MS = 86_400_000 - 1


def home(bindings: list[Json], **slot: Any) -> Json:
    dwelling = {"pilot": "xili", "dwelling_ref": "ref-00000001"}
    slot = {"code": "a", "category": "LIGHTING", "installed_on": date(2024, 2, 1), "retired_on": None} | slot
    pilot = {"slug": "xili", "name": "西丽", "district": "nanshan", "housing_type": "OTHER", "funding_source": "MIXED"}
    return {name: [] for name in ("phases", "venues", "zones", "installations", "devices")} | {
        "vendors": ["acme"],
        "pilots": [pilot],
        "dwellings": [dwelling | {"phase": 1}],
        "slots": [dwelling | slot],
        "bindings": bindings,
    }


def bound(device: str, since: date, until: date | None = None) -> Json:
    place = {"slot": "xili/ref-00000001/a", "valid_from": since, "valid_to": until}
    return {"vendor": "acme", "device": device} | place


def lived_in(*bindings: Json, **slot: Any) -> Json:
    city = home(list(bindings), **slot)
    city["dwellings"][0]["handed_over_on"] = LONG_AGO
    paper = {"pilot": "xili", "code": "b1", "basis": "CONSENT", "document_no": "x", "title": "x", "sha256": "0"}
    city["legal_bases"] = [paper | {"valid_from": LONG_AGO, "recorded_by": "k1", "verified_by": "k2"}]
    city["occupancies"] = [{"pilot": "xili", "dwelling_ref": "ref-00000001", "month": "2024-02", "occupied": True}]
    return city


def hours(day: date, first: int, end: int) -> tuple[int, int]:
    midnight = cities.midnight_ms(day)
    return midnight + first * 3_600_000, midnight + end * 3_600_000


def heartbeat(device: str, ts: int) -> Json:
    return ONLY | {"device": device, "ts": ts, "received_ms": ts}


def usage(ts: int, action: str = "on", trigger: str = "local", device: str = "lamp") -> Json:
    record = {"kind": "usage", "vendor": "acme", "site": "xili", "device": device, "ts": ts, "seq": 0}
    return record | {"action": action, "trigger": trigger, "received_ms": ts}


def asked(metric: str, city: Json, *records: Json, own: tuple[Interval, ...] = (), window: Any = WINDOW) -> Measured:
    with known(records, own) as facts:
        return measure(metric, "programme", window, city_of(city), facts)
