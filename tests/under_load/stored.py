"""What the stores hold of one vendor, read from outside: InfluxDB over InfluxQL, the facts straight from their file."""

import sqlite3
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from deploy.demo.observing import MEASUREMENTS, STRIPS, marked_minutes, query
from tests.under_load.comparing import Holding


def holding_in(influx_url: str, facts: Path, vendor: str) -> Holding:
    """Points, minutes and session rows of a vendor."""
    points = [point for measurement in MEASUREMENTS for point in _points(influx_url, measurement, vendor)]
    sessions = _sessions(facts, vendor)
    holding = Holding(set(points), set(), set(sessions))
    _note_twice(holding.twice, "points", points)
    _note_twice(holding.twice, "session", sessions)
    for strip in STRIPS:
        holding.minutes |= {(strip, device, minute) for _, device, minute in marked_minutes(facts, strip, vendor)}
    return holding


def _points(influx_url: str, measurement: str, vendor: str) -> list[tuple[str, str, str, int, int]]:
    asked = f"SELECT seq FROM {measurement} WHERE vendor = '{vendor}' GROUP BY site, device"
    return [
        (measurement, series["tags"]["site"], series["tags"]["device"], time_ns, seq)
        for series in query(influx_url, asked)
        for time_ns, seq in series["values"]
    ]


def _sessions(facts: Path, vendor: str) -> list[tuple[str, int, int, int]]:
    with sqlite3.connect(f"file:{facts}?mode=ro", uri=True) as connection:
        return connection.execute(
            "SELECT d.device, s.ts, s.seq, s.duration_s FROM session s JOIN device d ON d.id = s.device"
            " WHERE d.vendor = ?",
            (vendor,),
        ).fetchall()


def _note_twice(twice: Counter[str], table: str, rows: Iterable[Any]) -> None:
    again = sum(count - 1 for count in Counter(rows).values())
    if again:
        twice[table] = again
