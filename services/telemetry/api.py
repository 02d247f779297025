"""The routes: parse, call, dump."""

import base64
from collections.abc import Collection, Mapping
from datetime import date
from typing import Any, Protocol

from flask_smorest import Blueprint

from services.telemetry import counters, schemas
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


def routes(pages: Pages, stored: Stored, now_ms: Any) -> Blueprint:
    """The blueprint of ``/v1``, over this database and this InfluxDB."""
    v1 = Blueprint("telemetry", __name__, url_prefix="/v1", description="遥测台账 / what became of every record")

    def guarded(*roles: str) -> Any:
        """Let a view be called by these roles only, and write that into the OpenAPI."""

        def decorate(view: Any) -> Any:
            guard: Any = requires(*roles)(view)
            for status, name in ((401, "UNAUTHORIZED"), (403, "FORBIDDEN")):
                guard = v1.alt_response(status, name)(guard)
            return v1.doc(security=[{SCHEME: []}], **{"x-roles": list(roles)})(guard)

        return decorate

    @v1.route("/ledger")
    @guarded(*READERS)
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
    @guarded(*READERS)
    @v1.arguments(schemas.PageQuery, location="query")
    @v1.response(200, schemas.RejectedPage)
    def read_rejected(query: dict[str, Any]) -> dict[str, Any]:
        """Rejected records with their bytes, at most 10,000 per vendor and day."""
        page = pages.rejected(_vendors(query["vendor"]), query["after"], query["limit"])
        return {"rows": [_shown(row) for row in page.rows], "next": page.next}

    @v1.route("/parked")
    @guarded(*READERS)
    @v1.arguments(schemas.PageQuery, location="query")
    @v1.response(200, schemas.ParkedPage)
    def read_parked(query: dict[str, Any]) -> dict[str, Any]:
        """Records that wait for a site or device to be registered, and are then counted by themselves."""
        page = pages.parked(_vendors(query["vendor"]), query["after"], query["limit"])
        rows = [{**row, "received_at": rfc3339(row["received_ms"])} for row in page.rows]
        return {"rows": rows, "next": page.next}

    @v1.route("/status")
    @guarded(*SEE_ALL)
    @v1.response(200, schemas.Status)
    def read_status() -> dict[str, Any]:
        """How far every worker's stores are, and the head of its journal."""
        return {"workers": [_status(worker) for worker in pages.workers()]}

    return v1


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
