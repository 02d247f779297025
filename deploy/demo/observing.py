"""What the stores hold, read from outside: InfluxDB over InfluxQL, facts straight from their SQLite file."""

import sqlite3
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests

MEASUREMENTS = ("heartbeat", "reading", "usage", "session", "fault", "void")
STRIPS = ("seen", "local", "smart", "automated", "ack")
_SHANGHAI_MINUTES = 8 * 60
_OPEN = 2_932_896  # 9999-12-31 as a day number: nothing has taken the row back
PointKey = tuple[str, str, str, str]  # measurement, vendor, site, device


def influx_points(influx_url: str) -> Counter[PointKey]:
    """Distinct points by measurement, vendor, site and device."""
    counted: Counter[PointKey] = Counter()
    for measurement in MEASUREMENTS:
        asked = f"SELECT count(seq) FROM {measurement} GROUP BY vendor, site, device"  # noqa: S608 – our constants
        for series in query(influx_url, asked):
            tags = series["tags"]
            counted[(measurement, tags["vendor"], tags["site"], tags["device"])] = series["values"][0][1]
    return counted


def query(influx_url: str, influxql: str) -> Iterator[dict[str, Any]]:
    """The series InfluxDB answers with, times in epoch nanoseconds; login and database are in the address."""
    parts = urlsplit(influx_url)
    answer = requests.get(
        f"http://{parts.hostname}:{parts.port}/query",
        params={"db": parts.path.strip("/"), "q": influxql, "epoch": "ns"},
        auth=(parts.username or "", parts.password or ""),
        timeout=60,
    )
    answer.raise_for_status()
    for result in answer.json()["results"]:
        if "error" in result:
            raise ValueError(f"{influxql}: {result['error']}")
        yield from result.get("series", [])


def marked_minutes(facts: Path, strip: str, vendor: str | None = None) -> set[tuple[str, str, int]]:
    """Every (vendor, device, epoch minute) that a strip holds as it stands now; of one vendor, or of all."""
    assert strip in STRIPS
    marked = set()
    with sqlite3.connect(f"file:{facts}?mode=ro", uri=True) as connection:
        rows = connection.execute(
            f"SELECT d.vendor, d.device, s.day, s.{strip} FROM strip s JOIN device d ON d.id = s.device"  # noqa: S608
            f" WHERE s.{strip} <> x'' AND s.until = {_OPEN} AND (:vendor IS NULL OR d.vendor = :vendor)",
            {"vendor": vendor},
        )
        for owner, device, day, stored in rows:
            bits = int.from_bytes(stored, "little")
            while bits:
                low = bits & -bits
                marked.add((owner, device, day * 1440 + low.bit_length() - 1 - _SHANGHAI_MINUTES))
                bits ^= low
    return marked


def session_seconds(facts: Path) -> Counter[tuple[str, str]]:
    """Seconds of the raw sessions that nobody withdrew, by vendor and device, as the facts hold them."""
    with sqlite3.connect(f"file:{facts}?mode=ro", uri=True) as connection:
        rows = connection.execute(
            "SELECT d.vendor, d.device, sum(s.duration_s) FROM session s JOIN device d ON d.id = s.device"
            " WHERE NOT EXISTS (SELECT 1 FROM void v WHERE v.device = s.device AND v.of_kind = 'session'"
            " AND v.of_ts = s.ts AND v.of_seq = s.seq) GROUP BY d.vendor, d.device"
        )
        return Counter({(vendor, device): seconds for vendor, device, seconds in rows})
