"""InfluxDB's points of records told to it, and the series of a query over them, as far as adoption asks."""

import re
from typing import Any

import msgspec

from shared.contracts.influx import line
from shared.contracts.telemetry import Record

Json = dict[str, Any]
_FIELD = re.compile(r'(\w+)=("[^"]*"|[^,]+)')


def lines(records: list[Json]) -> list[str]:
    """The line protocol of records as the tests have them."""
    found = []
    for record in records:
        said = {name: value for name, value in record.items() if name not in ("vendor", "site", "received_ms", "sha")}
        found.append(line(record["vendor"], record["site"], record["device"], msgspec.convert(said, Record)))
    return found


class StoredPoints:
    """Points by series and time; one written again has the fields of both writes."""

    def __init__(self) -> None:
        self._points: dict[tuple[str, str, str, str, int], Json] = {}

    def write(self, text: str) -> None:
        """Take line protocol."""
        for each in text.splitlines():
            head, fields, time = each.split(" ")
            kind, device, site, vendor = (part.split("=")[-1] for part in head.split(","))
            said = {name: _value(value) for name, value in _FIELD.findall(fields)}
            self._points.setdefault((kind, vendor, site, device, int(time)), {}).update(said)

    def series(self, query: str) -> list[Json]:
        """Answer ``SELECT fields FROM kinds WHERE … GROUP BY vendor, site, device [LIMIT n]``; times in ms."""
        wanted, kinds, where, limit = re.fullmatch(  # type: ignore[union-attr]
            r"SELECT (.+) FROM (.+) WHERE (.+) GROUP BY vendor, site, device(?: LIMIT (\d+))?", query
        ).groups()
        fields = [name.strip('"') for name in wanted.split(", ")]
        found: dict[Any, list[Any]] = {}
        for (kind, vendor, site, device, ns), said in sorted(self._points.items()):
            if kind in kinds.split(", ") and _holds(where, vendor, site, device, ns):
                rows = found.setdefault((kind, vendor, site, device), [])
                if limit is None or len(rows) < int(limit):
                    rows.append([ns // 1_000_000, *(said.get(field) for field in fields)])
        return [
            {"name": kind, "tags": {"vendor": vendor, "site": site, "device": device}, "columns": ["time", *fields]}
            | {"values": rows}
            for (kind, vendor, site, device), rows in found.items()
        ]


def _holds(where: str, vendor: str, site: str, device: str, ns: int) -> bool:
    named = {tag: re.findall(rf"\b{tag} = '([^']*)'", where) for tag in ("vendor", "site", "device")}
    actual = {"vendor": vendor, "site": site, "device": device}
    if any(values and actual[tag] not in values for tag, values in named.items()):
        return False
    after, before = re.search(r"time >= (\d+)ms", where), re.search(r"time < (\d+)ms", where)
    return (after is None or ns >= int(after[1]) * 1_000_000) and (before is None or ns < int(before[1]) * 1_000_000)


def _value(text: str) -> Any:
    if text.startswith('"'):
        return text[1:-1]
    return text == "true" if text in ("true", "false") else int(text[:-1]) if text.endswith("i") else float(text)
