"""A city written straight into the files figures are made from: the copy of the registry, and the facts.

One pilot of 3,000 dwellings with 8 devices each, 49 smaller ones, and a VR venue; by default some 1,000,000 device-days
of 31 days. All of it follows from formulas, so that what the figures must say can be counted without reading it.
"""

import json
import sqlite3
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple

DAYS = 31
SLOTS = ("GATEWAY", "LIGHTING", "SHADING", "HVAC_AIR", "CONTROL_PANEL", "POWER_SOCKET", "ACCESS_LOCK", "LIFE_SAFETY")
SITES = 50
INSTALLATIONS = 20
SESSIONS_A_DAY = 40
VENDOR, VENUE, ZONE = "figures", "figures-venue", "z1"
OPEN = date(9999, 12, 31).toordinal() - date(1970, 1, 1).toordinal()
_INTERVAL_MIN = 15
_SHANGHAI_MIN = 8 * 60
Entity = tuple[str, str, dict[str, Any]]


class Plan(NamedTuple):
    """How many dwellings the big site and each of the others have; the first and the day after the last day."""

    big: int
    small: int
    first: date
    end: date

    def dwellings(self) -> Iterator[tuple[str, str]]:
        """Site and reference of every dwelling."""
        for site in range(SITES - 1):
            for number in range(self.small if site else self.big):
                yield site_name(site), f"ref-{number:08d}"

    @property
    def device_days(self) -> int:
        """Strips of homes."""
        return (self.big + (SITES - 2) * self.small) * len(SLOTS) * DAYS


def plan(device_days: int, today: date) -> Plan:
    """A city of about so many device-days; of a million, 3,000 dwellings are at one site."""
    dwellings = max(SITES * 4, device_days // (len(SLOTS) * DAYS))
    big = device_days * 3 // 1_000
    return Plan(big, max(1, (dwellings - big) // (SITES - 2)), today - timedelta(days=DAYS), today)


def site_name(number: int) -> str:
    """The slug of a pilot; number 0 is the big one."""
    return f"figures-{number:02d}"


def write_registry(path: Path, city: Plan, sequence: int) -> int:
    """Add the city to a copy of the registry; how many entities."""
    rows = [(entity, key, sequence, json.dumps(body, ensure_ascii=False)) for entity, key, body in entities(city)]
    with sqlite3.connect(path, timeout=30) as connection:
        connection.executemany("INSERT OR REPLACE INTO entity VALUES (?, ?, ?, ?)", rows)
    connection.close()
    return len(rows)


def entities(city: Plan) -> Iterator[Entity]:
    """The registry's rows, in the form of its change feed."""
    since, service = str(city.first - timedelta(days=120)), str(city.first - timedelta(days=60))
    for number in range(SITES - 1):
        site = site_name(number)
        body = {"slug": site, "name": "测试小区", "district": "nanshan", "housing_type": "PUBLIC_RENTAL"}
        yield "pilot", site, body | {"funding_source": "GOV_INVESTED"}
        yield "phase", f"{site}/1", {"pilot": site, "number": 1, "name": "一期"}
        paper = {"pilot": site, "code": "b1", "basis": "CONSENT", "document_no": "测1", "title": "测试依据"}
        signed = {"sha256": "0" * 64, "valid_from": since, "recorded_by": "a", "verified_by": "b"}
        yield "legal_basis", f"{site}/b1", paper | signed
    for site, ref in city.dwellings():
        dwelling = f"{site}/{ref}"
        yield "dwelling", dwelling, {"pilot": site, "phase": 1, "dwelling_ref": ref, "handed_over_on": since}
        lease = {"pilot": site, "dwelling_ref": ref, "number": 1, "valid_from": since}
        yield "tenancy", f"{dwelling}/1", lease | {"consent": "GIVEN", "consent_from": since}
        for place, category in enumerate(SLOTS):
            device = device_name(site, ref, place)
            code = f"s{place}"
            slot = {"pilot": site, "dwelling_ref": ref, "code": code, "category": category, "installed_on": service}
            yield "slot", f"{dwelling}/{code}", slot
            known = {"vendor": VENDOR, "device": device, "category": category}
            yield "device", f"{VENDOR}/{device}", known | {"reporting_interval_s": _INTERVAL_MIN * 60}
            yield from _bound(device, service, {"slot": f"{dwelling}/{code}"})
    yield from _venue(since, service)


def device_name(site: str, ref: str, place: int) -> str:
    """A home device."""
    return f"{site}.{ref[4:]}.{place}"


def _venue(since: str, service: str) -> Iterator[Entity]:
    hours = {day: [["09:00", "18:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
    where = {"slug": VENUE, "name": "测试科技馆", "district": "futian", "venue_type": "SCIENCE_MUSEUM"}
    yield "venue", VENUE, where | {"funding_source": "GOV_INVESTED"}
    calendars = [{"valid_from": since, "weekly": hours}]
    yield "zone", f"{VENUE}/{ZONE}", {"venue": VENUE, "code": ZONE, "name": "体验区", "calendars": calendars}
    for number in range(INSTALLATIONS):
        code = f"hmd-{number}"
        kind = {"vr_device_kind": "HMD_STANDALONE", "presence_method": "PROXIMITY_SENSOR", "installed_on": service}
        yield "installation", f"{VENUE}/{ZONE}/{code}", {"venue": VENUE, "zone": ZONE, "code": code} | kind
        yield "device", f"{VENDOR}/{code}", {"vendor": VENDOR, "device": code}
        yield from _bound(code, service, {"installation": f"{VENUE}/{ZONE}/{code}"})


def _bound(device: str, since: str, to: dict[str, str]) -> Iterator[Entity]:
    yield "binding", f"{VENDOR}/{device}/{since}", {"vendor": VENDOR, "device": device, "valid_from": since} | to


def write_facts(path: Path, city: Plan) -> None:
    """Add the city's strips and sessions to the facts."""
    first = city.first.toordinal() - date(1970, 1, 1).toordinal()
    devices = [device_name(site, ref, place) for site, ref in city.dwellings() for place in range(len(SLOTS))]
    headsets = [f"hmd-{number}" for number in range(INSTALLATIONS)]
    with sqlite3.connect(path, timeout=30) as connection:
        connection.execute("PRAGMA synchronous = OFF")  # a bench's file need not outlive it
        number = connection.execute("SELECT coalesce(max(id), 0) FROM device").fetchone()[0] + 1
        named = [(number + place, VENDOR, device) for place, device in enumerate([*devices, *headsets])]
        connection.executemany("INSERT INTO device (id, vendor, device) VALUES (?, ?, ?)", named)
        connection.executemany(
            "INSERT INTO strip (device, day, known, until, seen, local, smart, automated, ack)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            _strips(number, len(devices), first),
        )
        connection.executemany(
            "INSERT INTO session (device, ts, seq, content_sha256, until, known, site, duration_s, content, headcount,"
            " completed) VALUES (?, ?, 0, ?, ?, ?, ?, ?, NULL, NULL, 1)",
            _sessions(number + len(devices), first),
        )
        connection.execute("INSERT OR IGNORE INTO folded VALUES (1, 0)")
    connection.close()


def _strips(number: int, devices: int, first: int) -> Iterator[tuple[Any, ...]]:
    """Heard every quarter of an hour; used by hand or by app on some days, by a schedule on most."""
    heard = [strip(range(phase, 1440, _INTERVAL_MIN)) for phase in range(_INTERVAL_MIN)]
    used = [strip((7 * 60 + 13 * at, 19 * 60 + 11 * at)) for at in range(17)]
    for device in range(devices):
        for day in range(first, first + DAYS):
            drawn = (device * 2_654_435_761 + day * 40_503) >> 7
            local = used[drawn % 17] if drawn % 3 == 0 else b""
            smart = used[drawn % 13] if drawn % 5 == 0 else b""
            automated = used[drawn % 11] if drawn % 2 == 0 else b""
            yield number + device, day, day + 1, OPEN, heard[drawn % _INTERVAL_MIN], local, smart, automated, b""


def _sessions(number: int, first: int) -> Iterator[tuple[Any, ...]]:
    """From 09:00 on, every ten minutes, some minutes each."""
    for device in range(INSTALLATIONS):
        for day in range(first, first + DAYS):
            start_ms = (day * 1440 - _SHANGHAI_MIN + 9 * 60) * 60_000
            for place in range(SESSIONS_A_DAY):
                duration_s = 120 + (device * 31 + place * 17) % 300
                sha256 = (device * 10**9 + day * 10**4 + place).to_bytes(32, "big")
                yield number + device, start_ms + place * 600_000, sha256, OPEN, day + 1, VENUE, duration_s


def strip(minutes: Any) -> bytes:
    """The stored form of some minutes of a day: minute m is bit m mod 8 of byte m div 8."""
    stored = bytearray(180)
    for minute in minutes:
        stored[minute // 8] |= 1 << minute % 8
    return bytes(stored)
