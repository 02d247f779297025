"""The sheet of opening hours: a row per zone and day from which on it holds, a column per weekday; pure."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

import marshmallow as ma
import msgspec

from services.registry import calendars, fields
from services.registry.calendars import WEEKDAYS
from services.registry.collection import Entity
from services.registry.importing import cells
from services.registry.importing.cells import Cell, Value
from services.registry.schemas import REQUIRED, HoursField
from shared.contracts.registry import Zone

_CLOSED = frozenset({"闭馆", "休息", "不开放", "关闭", "closed", "-"})
_BETWEEN = re.compile(r"[\s,、;]+")
_SPAN = re.compile(r"(\d{1,2}):(\d{2})(?:-|–|—|~|至|到)(\d{1,2}):(\d{2})", re.ASCII)


class OpeningSchema(ma.Schema):
    """A row: a calendar of a zone, each weekday by itself."""

    venue = fields.slug(**REQUIRED)
    code = fields.slug(**REQUIRED)
    valid_from = fields.Day(**REQUIRED)
    mon = HoursField()
    tue = HoursField()
    wed = HoursField()
    thu = HoursField()
    fri = HoursField()
    sat = HoursField()
    sun = HoursField()
    closed = ma.fields.List(fields.Day(), validate=[fields.Length(0, 1000), fields.distinct])
    extra = fields.Mapping(fields.Day(), HoursField(), validate=fields.Length(0, 1000))

    @ma.validates_schema
    def _exceptions(self, data: dict[str, Any], **_: Any) -> None:
        if found := calendars.exception_complaints(data.get("closed", []), data.get("extra", {})):
            raise ma.ValidationError({"extra": found})


def hours(cell: Cell) -> Value:
    """One day's hours: ``09:00-12:00 13:30-17:30``, or 闭馆; what is neither stays text."""
    written = _plain(cell)
    if written.casefold() in _CLOSED:
        return []
    spans = [_span(part) for part in _parts(written)]
    return [span for span in spans if span] if all(spans) else written


def days(cell: Cell) -> Value:
    """Single days, with blanks, commas or 、 between them."""
    found = [cells.day(part) for part in _parts(_plain(cell))]
    return [each for each in found if isinstance(each, str)]


def hours_of_days(cell: Cell) -> Value:
    """Single days, each with its own hours: ``2026-10-02 10:00-16:00; 2026-10-03 10:00-12:00 13:00-15:00``."""
    written = _plain(cell)
    found: dict[str, list[list[str]]] = {}
    day = ""
    for part in _parts(written):
        if span := _span(part):
            if not day:
                return written
            found[day].append(span)
        else:
            day = str(cells.day(part))
            found[day] = []
    return written if not all(found.values()) else found


def with_calendar(zone: Entity, said: Mapping[str, Value]) -> Mapping[str, Any]:
    """What a row changes of its zone: the calendar from that day on, new or as it stands but for what the row says."""
    assert isinstance(zone, Zone)
    stand = {each["valid_from"]: each for each in msgspec.to_builtins(zone.calendars, str_keys=True)}
    first = str(said["valid_from"])
    before = stand.get(first, {"valid_from": first, "weekly": {}, "closed": [], "extra": {}})
    weekly = before["weekly"] | {day: said[day] for day in WEEKDAYS if day in said}
    exceptions = {name: said[name] for name in ("closed", "extra") if name in said}
    stand[first] = before | {"weekly": weekly} | exceptions
    return {"calendars": [stand[day] for day in sorted(stand)]}


def _span(part: str) -> list[str]:
    """``["09:00", "12:00"]``; nothing if it is no span."""
    found = _SPAN.fullmatch(part)
    return [f"{int(found[1]):02}:{found[2]}", f"{int(found[3]):02}:{found[4]}"] if found else []


def _parts(written: str) -> Iterable[str]:
    return (part for part in _BETWEEN.split(written) if part)


def _plain(cell: Cell) -> str:
    """As shown, full-width digits and signs as ordinary ones; no blanks around what joins two times."""
    return re.sub(r"\s*([-–—~至到])\s*(?=\d{1,2}:)", r"\1", unicodedata.normalize("NFKC", cells.shown(cell)))
