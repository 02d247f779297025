"""InfluxDB's points of some devices on a civil day, as records again.

InfluxQL in the subset that 1.x, 2.x and 3.x answer. One question for each group of kinds: two kinds may give a field of
one name different types, and a question over both would lose the values of one.
"""

from collections.abc import Callable, Collection, Iterator
from typing import Any, NamedTuple

from services.adoption.canonical import Identity
from services.adoption.pictures import Picture, Point, picture
from services.adoption.rebuilding import Device
from shared.brokers.influx_database import InfluxDatabase
from shared.contracts.civil_time import start_of
from shared.contracts.influx import MEASUREMENTS
from shared.contracts.telemetry import Fault, Heartbeat, Record, Session, Usage, Void, Voided

Fields = dict[str, Any]


class _Kinds(NamedTuple):
    """Measurements asked for together, the fields wanted beside ``seq`` and ``test``, and the record made of them."""

    measurements: tuple[str, ...]
    fields: tuple[str, ...]
    made: Callable[[int, Fields], Record]


def _session(ts: int, said: Fields) -> Record:
    content, headcount = said["content"] or None, said["headcount"] or None
    return Session(ts, said["duration_s"], None, content, headcount, said["completed"], said["seq"], 0, said["test"])


def _usage(ts: int, said: Fields) -> Record:
    return Usage(ts, said["action"], said["trigger"], None, said["seq"], 0, said["test"])


def _fault(ts: int, said: Fields) -> Record:
    return Fault(ts, said["code"], said["active"], None, said["seq"], 0, said["test"])


def _void(ts: int, said: Fields) -> Record:
    return Void(ts, Voided(said["of_kind"], said["of_ts"], said["of_seq"]), None, said["seq"], 0, said["test"])


def _heartbeat(ts: int, said: Fields) -> Record:
    return Heartbeat(ts, None, said["seq"], 0, said["test"])


_SESSION = _Kinds(("session",), ("duration_s", "content", "headcount", "completed"), _session)
_VOID = _Kinds(("void",), ("of_kind", "of_ts", "of_seq"), _void)
_OF_THE_DAY = (
    _Kinds(("heartbeat",), (), _heartbeat),
    _Kinds(("reading",), (), _heartbeat),  # what it measured sets no bit
    _Kinds(("usage",), ("action", "trigger"), _usage),
    _Kinds(("fault",), ("code", "active"), _fault),
    _SESSION,
    _VOID,
)


class InfluxPoints:
    """See :class:`services.adoption.reconciling.Points`; belongs to one thread."""

    def __init__(self, url: str) -> None:
        self._database = InfluxDatabase(url)

    def devices(self, day: int, site: str | None) -> dict[Device, str]:
        """The devices with any point on a day, each with a site of it.

        :raises Unavailable: if InfluxDB is away
        """
        where = _within(day, day + 1) + (f" AND site = {_quoted(site)}" if site else "")
        query = f"SELECT seq FROM {', '.join(MEASUREMENTS)} WHERE {where} GROUP BY vendor, site, device LIMIT 1"  # noqa: S608
        found: dict[Device, str] = {}
        for series in self._database.series(query):
            tags = series["tags"]
            found.setdefault((tags["vendor"], tags["device"]), tags["site"])
        return found

    def pictures(self, vendor: str, day: int, devices: Collection[str]) -> dict[str, Picture]:
        """What points say of each device on a day.

        :raises Unavailable: if InfluxDB is away
        """
        if not devices:
            return {}
        some = f"vendor = {_quoted(vendor)} AND ({' OR '.join(f'device = {_quoted(name)}' for name in devices)})"
        withdrawn: dict[str, set[Identity]] = {name: set() for name in devices}
        for device, point in self._points(_VOID, some):  # of any day
            if isinstance(point.record, Void) and not point.record.test:
                of = point.record.of
                withdrawn[device].add((of.kind, of.ts, of.seq))
        found: dict[str, list[Point]] = {name: [] for name in devices}
        for kinds in _OF_THE_DAY:
            for device, point in self._points(kinds, f"{some} AND {_within(day, day + 1)}"):
                found[device].append(point)
        for device, point in self._points(_SESSION, f"{some} AND {_within(day - 1, day)}"):
            found[device].append(point)
        return {device: picture(day, points, withdrawn[device]) for device, points in found.items()}

    def _points(self, kinds: _Kinds, where: str) -> Iterator[tuple[str, Point]]:
        names = ", ".join(f'"{name}"' for name in ("seq", "test", *kinds.fields))
        query = f"SELECT {names} FROM {', '.join(kinds.measurements)} WHERE {where} GROUP BY vendor, site, device"  # noqa: S608
        for series in self._database.series(query):
            site, device = series["tags"]["site"], series["tags"]["device"]
            for ts, *values in series["values"]:
                said = dict(zip(series["columns"][1:], values, strict=True))
                yield device, Point(site, kinds.made(ts, said))


def _within(from_day: int, to_day: int) -> str:
    return f"time >= {start_of(from_day)}ms AND time < {start_of(to_day)}ms"


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
