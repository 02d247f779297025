"""The routes: parse, call, dump."""

import base64
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any, Protocol

from flask_smorest import Blueprint

from services.telemetry import counters, schemas
from services.telemetry.intervals import Interval, missing
from services.telemetry.ledger import Page, Source, Stored, WorkerState, ledger
from shared.contracts.civil_time import date_from_day, day_from_date, rfc3339
from shared.failures import Rejected
from shared.runtime.auth import caller, requires

SEE_ALL = ("administrator", "programme_manager", "auditor", "service")
READERS = (*SEE_ALL, "vendor")
SCHEME = "bearer"


class Pages(Source, Protocol):
    """Where rows are read."""

    def workers(self) -> list[WorkerState]:
        """Every worker's state."""

    def rejected(self, vendors: Collection[str] | None, after: str, limit: int) -> Page:
        """A page of rejected records."""

    def parked(self, vendors: Collection[str] | None, after: str, limit: int) -> Page:
        """A page of parked records."""


class Intervals(Protocol):
    """Where a device's numbers are read."""

    def of_device(self, vendor: str, device: str) -> dict[int, list[Interval]]:
        """Its intervals by boot."""


def routes(pages: Pages, intervals: Intervals, stored: Stored, now_ms: Any) -> Blueprint:
    """The blueprint of ``/v1``, over this database and this InfluxDB."""
    v1 = Blueprint("telemetry", __name__, url_prefix="/v1", description="遥测台账 / what became of every record")

    @v1.route("/ledger")
    @guarded(v1, *READERS)
    @v1.arguments(schemas.LedgerQuery, location="query")
    @v1.response(200, schemas.Ledger)
    def read_ledger(query: dict[str, Any]) -> dict[str, Any]:
        """Per vendor and civil day: received, stored, set aside, waiting, repeated."""
        window = _day(query["from_"]), _day(query["to"])
        result = ledger(pages, stored, *window, _vendors(query["vendor"]), now_ms())
        for row in result.rows:
            if row.repeated is not None and row.repeated < 0:
                counters.LEDGER_NEGATIVE.labels(row.vendor).inc()
        rows = [row._asdict() | {"day": date_from_day(row.day)} for row in result.rows]
        return {"settled": result.settled, "rows": rows}

    @v1.route("/rejected")
    @guarded(v1, *READERS)
    @v1.arguments(schemas.PageQuery, location="query")
    @v1.response(200, schemas.RejectedPage)
    def read_rejected(query: dict[str, Any]) -> dict[str, Any]:
        """Rejected records with their bytes, at most 10,000 per vendor and day."""
        page = pages.rejected(_vendors(query["vendor"]), query["after"], query["limit"])
        return {"rows": [_shown(row) for row in page.rows], "next": page.next}

    @v1.route("/parked")
    @guarded(v1, *READERS)
    @v1.arguments(schemas.PageQuery, location="query")
    @v1.response(200, schemas.ParkedPage)
    def read_parked(query: dict[str, Any]) -> dict[str, Any]:
        """Records that wait for a site or device to be registered, and are then counted by themselves."""
        page = pages.parked(_vendors(query["vendor"]), query["after"], query["limit"])
        rows = [{**row, "received_at": rfc3339(row["received_ms"])} for row in page.rows]
        return {"rows": rows, "next": page.next}

    _add_received(v1, intervals)

    @v1.route("/status")
    @guarded(v1, *SEE_ALL)
    @v1.response(200, schemas.Status)
    def read_status() -> dict[str, Any]:
        """How far every worker's stores are, and the head of its journal."""
        return {"workers": [_status(worker) for worker in pages.workers()]}

    return v1


def _add_received(v1: Blueprint, intervals: Intervals) -> None:
    @v1.route("/received")
    @guarded(v1, *READERS)
    @v1.arguments(schemas.ReceivedQuery, location="query")
    @v1.response(200, schemas.Received)
    def read_received(query: dict[str, str]) -> dict[str, Any]:
        """Which seq of a device are durable: for feeds that cannot be sent a receipt."""
        _vendors(query["vendor"])
        return query | {"boots": _boots(intervals.of_device(query["vendor"], query["device"]))}


def _boots(found: Mapping[int, Sequence[Interval]]) -> list[dict[str, Any]]:
    return [
        {"boot": boot, "intervals": [[i.first, i.last] for i in some], "missing": missing(some).total()}
        for boot, some in found.items()
    ]


def guarded(blueprint: Blueprint, *roles: str) -> Any:
    """Let a view of a blueprint be called by these roles only, and write that into the OpenAPI."""

    def decorate(view: Any) -> Any:
        guard: Any = requires(*roles)(view)
        for status, name in ((401, "UNAUTHORIZED"), (403, "FORBIDDEN")):
            guard = blueprint.alt_response(status, name)(guard)
        return blueprint.doc(security=[{SCHEME: []}], **{"x-roles": list(roles)})(guard)

    return decorate


def _day(value: date) -> int:
    return day_from_date(value)


def _vendors(asked: str | None) -> Collection[str] | None:
    """The vendors an answer may speak of; None: all.

    :raises Rejected: ``forbidden`` if a vendor asks for another
    """
    who = caller()
    if who.role != "vendor":
        return None if asked is None else (asked,)
    if asked is not None and asked not in who.vendors:
        raise Rejected("forbidden")
    return who.vendors if asked is None else (asked,)


def _shown(row: Mapping[str, Any]) -> dict[str, Any]:
    raw: bytes = row["raw"]
    shown = {**row, "received_at": rfc3339(row["received_ms"]), "index": row["record_index"], "raw": None}
    try:
        return shown | {"raw": raw.decode()}
    except UnicodeDecodeError:
        return shown | {"raw_b64": base64.b64encode(raw).decode()}


def _status(worker: WorkerState) -> dict[str, Any]:
    lag = {name: worker.head - at for name, at in worker.cursors.items()}
    mark = worker.watermark
    told = mark and {"received_before": rfc3339(mark.received_before_ms), "batch": mark.batch}
    return worker._asdict() | {"lag": lag, "at": rfc3339(worker.at_ms), "watermark": told}
