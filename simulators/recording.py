"""A recorded home: rows of when a binary sensor was on, as telemetry of a home or of a VR venue.

The file is that of "Activities of Daily Living Recognition Using Binary Sensors" (UCI): two lines of heading, then
start, end, location, type and place between tabs, some with stray blanks and tabs. Its clock is read as Shenzhen's, its
dates are moved by whole days. One device per (place, location); ``seq`` counts its records in the order of the file.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from simulators.city import Row
from simulators.civil import SHENZHEN

HEADING_LINES = 2
FIELDS = 5
# Somebody lies, sits, toasts or warms something until the end; of the others only the beginning is an act.
ENDS_COUNT = ("Pressure", "Electric")


@dataclass(frozen=True, slots=True)
class Activation:
    """A sensor was on in [start_ms, end_ms)."""

    location: str
    sort: str
    place: str
    start_ms: int
    end_ms: int

    @property
    def device(self) -> str:
        """Place and location, as a device id."""
        return f"{self.place}.{self.location}".lower().replace(" ", "-")


def read_recording(path: Path, end: date) -> list[Activation]:
    """The file's rows in its order, moved by whole days so that the last end falls on ``end``.

    :raises ValueError: if a line is not a row, or there is none
    """
    lines = path.read_text(encoding="utf-8").splitlines()
    rows = [_row(number, line) for number, line in enumerate(lines, 1) if number > HEADING_LINES and line.strip()]
    if not rows:
        raise ValueError(f"{path} has no rows after {HEADING_LINES} lines of heading")
    moved = end - max(row[1] for row in rows).date()
    return [
        Activation(location, sort, place, _ms(start, moved), _ms(until, moved))
        for start, until, location, sort, place in rows
    ]


def uses(activations: Iterable[Activation]) -> Iterator[tuple[Activation, Row]]:
    """As a home: ``on`` at each start, and ``off`` at the end where an end is an act too."""
    seq: Counter[str] = Counter()
    for row in activations:
        acts = [("on", row.start_ms)] + [("off", row.end_ms)] * (row.sort in ENDS_COUNT)
        for action, ts in acts:
            yield row, {"ts": ts, "seq": seq[row.device], "kind": "usage", "action": action, "trigger": "local"}
            seq[row.device] += 1


def sessions(activations: Iterable[Activation]) -> Iterator[tuple[Activation, Row]]:
    """As a VR venue: a session of the activation's length, of those that last a second at least."""
    seq: Counter[str] = Counter()
    for row in activations:
        length_s = (row.end_ms - row.start_ms) // 1000
        if length_s >= 1:
            yield row, {"ts": row.start_ms, "seq": seq[row.device], "kind": "session", "duration_s": length_s}
            seq[row.device] += 1


def _row(number: int, line: str) -> tuple[datetime, datetime, str, str, str]:
    fields = [field.strip() for field in line.split("\t") if field.strip()]
    if len(fields) != FIELDS:
        raise ValueError(f"line {number}: {len(fields)} fields, not start, end, location, type, place: {line!r}")
    start, end = (datetime.fromisoformat(text).replace(tzinfo=SHENZHEN) for text in fields[:2])
    if end < start:
        raise ValueError(f"line {number}: ends before it begins: {line!r}")
    return start, end, fields[2], fields[3], fields[4]


def _ms(moment: datetime, moved: timedelta) -> int:
    return int((moment + moved).timestamp()) * 1000
