"""Telemetry's journal as its contract words it: of records told to it, in memory or over real HTTP.

A record is a dict as the tests have them: ``vendor site device received_ms kind ts …``. ``cut_after`` breaks an answer
off after so many records; ``away`` answers 503.
"""

import json
import threading
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec

from shared.contracts.civil_time import date_from_day
from shared.contracts.journal import JournalRecord
from shared.failures import Unavailable

Json = dict[str, Any]
SHANGHAI = timezone(timedelta(hours=8))
OUR_FIELDS = ("vendor", "site", "device", "received_ms", "sha")


class PublishedJournal:
    """What it was told, as every answer has it."""

    def __init__(self) -> None:
        self.told: list[Json] = []
        self.asked: list[dict[str, list[str]]] = []
        self.url = ""
        self.away = False
        self.cut_after: int | None = None

    def add(self, records: Sequence[Json]) -> None:
        """Records were accepted."""
        self.told += records

    def lines(self, query: dict[str, list[str]]) -> list[Json]:
        """The lines of an answer."""
        self.asked.append(query)
        (day,) = query["day"]
        found = [
            {"worker": "telemetry-1", "n": n, "index": 0, "position": 0, "feed": "gw"}
            | {name: record[name] for name in ("vendor", "site", "device", "received_ms")}
            | {"record": _said(record)}
            for n, record in enumerate(self.told)
            if str(datetime.fromtimestamp(record["ts"] // 1000, SHANGHAI).date()) == day
            if all(record[name] in query[name] for name in ("vendor", "site", "device") if name in query)
        ]
        kept = found[: self.cut_after]
        end = [{"end": len(found)}] if len(kept) == len(found) else []
        return [{"head": {"day": day, "workers": self.heads()}}, *kept, *end]

    def records(self, day: int, site: str | None = None) -> Iterator[JournalRecord]:
        """The same without HTTP: see services.adoption.refolding.Journal."""
        yield from self._told(day, {"site": [site]} if site else {})

    def of_groups(
        self, day: int, vendor: str, groups: Sequence[Collection[str]], kind: str | None = None
    ) -> Iterator[Iterator[JournalRecord]]:
        """Each group's, as they all were when the first was asked for."""
        found = self._told(day, {"vendor": [vendor]})
        wanted = [line for line in found if kind in (None, line.record.__struct_config__.tag)]
        yield from (iter([line for line in wanted if line.device in group]) for group in groups)

    def _told(self, day: int, query: dict[str, list[str]]) -> list[JournalRecord]:
        if self.away:
            raise Unavailable("telemetry", "503")
        lines = self.lines({"day": [date_from_day(day).isoformat()], **query})
        return [msgspec.convert(line, JournalRecord) for line in lines[1:-1]]

    def heads(self) -> dict[str, int]:
        """Of the one worker, its last batch."""
        return {"telemetry-1": len(self.told)}


def _said(record: Json) -> Json:
    """What the device said; what a reading measured is of no consequence here, and may be left out."""
    said = {name: value for name, value in record.items() if name not in OUR_FIELDS}
    return said | {"values": {"x": 1.0}} if record["kind"] == "reading" and "values" not in record else said


@contextmanager
def serving(journal: PublishedJournal) -> Iterator[None]:
    """Serve it on a free port of the loopback interface; ``url`` says where."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            known = parts.path == "/v1/journal" and self.headers.get("Authorization", "").startswith("Bearer ")
            self.send_response(503 if journal.away else 200 if known else 404)
            self.end_headers()
            if known and not journal.away:
                for line in journal.lines(parse_qs(parts.query)):
                    self.wfile.write(json.dumps(line, separators=(",", ":")).encode() + b"\n")

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 – http.server's name
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    journal.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
