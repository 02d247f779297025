"""The registry as its readers see it: published keys, tokens, the change feed and drafts of outages, over real HTTP."""

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.contracts.registry import Change

KEY_ID = "key-1"


class PublishedRegistry:
    """Signs tokens and serves changes; more can be added while it serves."""

    def __init__(self) -> None:
        self._key = Ed25519PrivateKey.generate()
        self._changes: list[Change] = []
        self._more = threading.Condition()
        self.url = ""
        self.outages: dict[str, dict[str, Any]] = {}  # by id, as drafted and amended
        self.refuses = 0  # so many writes are answered 403: a key that has not its role yet

    def add(self, changes: Sequence[Change]) -> None:
        """Let readers see further changes."""
        with self._more:
            self._changes += changes
            self._more.notify_all()

    def token(self, role: str, **claims: Any) -> str:
        """A token that the published key has signed, valid until 2096."""
        said = {"iss": "pilotlight", "sub": "k1", "name": "n", "role": role, "iat": 1_700_000_000, "exp": 4_000_000_000}
        return jwt.encode(said | claims, self._key, "EdDSA", headers={"kid": KEY_ID})

    def answer(self, path: str, query: dict[str, list[str]]) -> Any:
        """The body for a path; None if there is no such path."""
        if path == "/v1/tokens":
            return {"access_token": self.token("service"), "token_type": "Bearer", "expires_in": 600}
        if path == "/.well-known/jwks.json":
            public = jwt.algorithms.OKPAlgorithm.to_jwk(self._key.public_key(), as_dict=True)
            return {"keys": [public | {"kid": KEY_ID, "use": "sig", "alg": "EdDSA"}]}
        if path == "/v1/changes":
            return self._page(int(query["after"][0]), float(query["wait"][0]))
        return None

    def write(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        """Draft outages or amend one; the same draft again changes nothing."""
        if self.refuses:
            self.refuses -= 1
            return 403, None
        if method == "POST" and path == "/v1/outages":
            for outage in body:
                self.outages.setdefault(f"{outage['vendor']}/{outage['feed']}/{outage['from_ms']}", outage)
            return 201, body
        key = path.removeprefix("/v1/outages/")
        if method != "PATCH" or key not in self.outages:
            return 404, None
        self.outages[key] |= body
        return 200, self.outages[key]

    def _page(self, after: int, wait_s: float) -> Any:
        with self._more:
            self._more.wait_for(lambda: len(self._changes) > after, min(wait_s, 0.5))
            return {"changes": msgspec.to_builtins(self._changes[after:]), "head": len(self._changes)}


@contextmanager
def serving(registry: PublishedRegistry) -> Iterator[None]:
    """Serve it on a free port of the loopback interface; ``url`` says where."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            body = registry.answer(parts.path, parse_qs(parts.query))
            self._reply(200 if body is not None else 404, body)

        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if self.path == "/v1/tokens":
                self.do_GET()
            else:
                self._reply(*registry.write(self.command, self.path, json.loads(sent)))

        do_PATCH = do_POST  # noqa: N815 – http.server's name

        def _reply(self, status: int, body: Any) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 – http.server's name
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    registry.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
