"""What a device-day's strips must be as known on a day: plain loops over raw records; shares no code with us."""

from datetime import date, timedelta
from typing import Any

from tests.unit.adoption.oracle import Json, day_of, marks, moment

ONE = timedelta(days=1)
State = dict[str, set[int]]


def state(records: list[Json], device: str, day: date, on: date) -> State:
    """The minutes of each strip, as known on ``on``."""
    found: State = {}
    mine = [record for record in records if record["device"] == device and not record.get("test")]
    withdrawn = withdrawn_on(mine, on)
    for record in mine:
        if record["kind"] == "void" or identity(record) in withdrawn:
            continue
        if any(beats(other, record) and known(other) <= on for other in mine):
            continue
        for name, minute_start in marks(record):
            at = moment(minute_start)
            if at.date() == day and max(day_of(record["received_ms"]), day + ONE) <= on:
                found.setdefault(name, set()).add(at.hour * 60 + at.minute)
    return found


def standing(records: list[Json], on: date | None) -> list[Json]:
    """The records that nobody has withdrawn, of two contents the greater, as known on a day."""
    day = on or date.max
    withdrawn = {
        device: withdrawn_on([r for r in records if (r["vendor"], r["device"]) == device], day)
        for device in {(record["vendor"], record["device"]) for record in records}
    }
    rivals: dict[Any, list[Json]] = {}
    for record in records:
        if known(record) <= day:
            rivals.setdefault((record["vendor"], record["device"], identity(record)), []).append(record)
    return [
        r
        for r in records
        if identity(r) not in withdrawn[r["vendor"], r["device"]]
        and not any(beats(other, r) for other in rivals.get((r["vendor"], r["device"], identity(r)), ()))
    ]


def known(record: Json) -> date:
    return max(day_of(record["received_ms"]), day_of(record["ts"]) + ONE)


def identity(record: Json) -> Any:
    return record["kind"], record["ts"], record.get("seq", 0)


def beats(one: Json, other: Json) -> bool:
    return identity(one) == identity(other) and bool(one.get("sha", "") > other.get("sha", ""))


def withdrawn_on(records: list[Json], on: date) -> set[Any]:
    voids = [record for record in records if record["kind"] == "void" and known(record) <= on]
    holding = [void for void in voids if not any(beats(other, void) for other in voids)]
    return {(void["of"]["kind"], void["of"]["ts"], void["of"].get("seq", 0)) for void in holding}
