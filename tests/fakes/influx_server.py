"""InfluxDB's HTTP API as far as we use it, of either generation, over real HTTP; it remembers what it was asked.

``answers`` are given to writes one after another, then 204; buckets and mappings are lists that a POST adds to;
``ask`` makes the series of a query, which are ``series`` without it.
"""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

ORG_ID = "0123456789abcdef"


class Asked(NamedTuple):
    """One request."""

    method: str
    path: str
    query: dict[str, str]
    authorization: str
    body: bytes


class InfluxServer:
    """A server that says it has ``version``."""

    def __init__(self, version: str) -> None:
        self.version = version
        self.asked: list[Asked] = []
        self.answers: list[tuple[int, str]] = []
        self.series: list[Any] = []
        self.ask: Callable[[str], list[Any]] | None = None
        self.buckets: list[Any] = []
        self.mappings: list[Any] = []
        self.port = 0

    @property
    def url(self) -> str:
        """As INFLUX_URL has it."""
        return f"http://user:pa%2Fss@127.0.0.1:{self.port}/pilotlight"

    def writes(self) -> list[Asked]:
        """The writes among the requests."""
        return [asked for asked in self.asked if asked.path.endswith("/write")]

    def answer(self, asked: Asked) -> tuple[int, Any]:
        """Status and body."""
        self.asked.append(asked)
        if asked.path.endswith("/write"):
            status, body = self.answers.pop(0) if self.answers else (204, "")
            return status, {"error": body, "code": "x", "message": body}
        if asked.path == "/query":
            series = self.series if self.ask is None else self.ask(asked.query["q"])
            return 200, {"results": [{"statement_id": 0, "series": series}]}
        if asked.path == "/api/v2/orgs":
            return 200, {"orgs": [{"id": ORG_ID, "name": "user"}]}
        held = {"/api/v2/buckets": self.buckets, "/api/v2/dbrps": self.mappings}.get(asked.path)
        if held is None:
            return 204, None
        if asked.method == "POST":
            held.append({**json.loads(asked.body), "id": "b1", "orgID": ORG_ID})
            return 201, held[-1]
        return 200, {"buckets": held, "content": held}


@contextmanager
def serving(server: InfluxServer) -> Iterator[None]:
    """Serve it on a free port of the loopback interface."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # headers and body leave in two packets: each would wait 40 ms for an ACK

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status, said = server.answer(
                Asked(self.command, parts.path, query, self.headers.get("Authorization", ""), body)
            )
            content = b"" if status == 204 else json.dumps(said).encode()
            self.send_response(status)
            self.send_header("X-Influxdb-Version", server.version)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_POST = do_GET  # noqa: N815 – http.server's name

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 – http.server's name
            pass

    http = ThreadingHTTPServer(("127.0.0.1", server.port), Handler)
    http.daemon_threads = True
    server.port = http.server_port
    thread = threading.Thread(target=http.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        http.shutdown()
        http.server_close()
        thread.join()
