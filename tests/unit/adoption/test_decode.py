"""A bad event is set aside with its reason; its neighbours are folded."""

import json
from typing import Any

import pytest

from services.adoption.decode import decode
from tests.unit.adoption.world import Json, event

USAGE = {"kind": "usage", "vendor": "acme", "site": "xili", "device": "lamp-1", "ts": 1_764_000_000_000, "seq": 7}
USAGE |= {"action": "on", "trigger": "local", "received_ms": 1_764_000_001_000}
SESSION = {"kind": "session", "vendor": "acme", "site": "museum", "device": "hmd-1", "ts": 1_764_000_000_000, "seq": 0}
SESSION |= {"duration_s": 300, "content": None, "headcount": None, "completed": None, "sha": "0" * 64}
SESSION |= {"received_ms": 1_764_000_001_000}
KEY = "usage.home.nanshan"


def changed(record: Json, path: str, value: Any) -> Json:
    made = event(record)
    *outer, name = path.split(".")
    inner = made
    for step in outer:
        inner = inner[step]
    inner[name] = value
    return made


BAD = [
    ("specversion", changed(USAGE, "specversion", "0.3")),
    ("type", changed(USAGE, "type", "pilotlight.nonsense.v1")),
    ("time", changed(USAGE, "time", "2025-11-24T16:00:01.000")),
    ("time", changed(USAGE, "time", "yesterday")),
    ("time", changed(USAGE, "time", "1970-01-01T00:00:00.000Z")),
    ("data.ts", changed(USAGE, "data.ts", 2**62)),
    ("data.ts", changed(USAGE, "data.ts", 10**40)),
    ("data.ts", changed(USAGE, "data.ts", -1)),
    ("data.seq", changed(USAGE, "data.seq", -1)),
    ("data.seq", changed(USAGE, "data.seq", 2**63)),
    ("data.trigger", changed(USAGE, "data.trigger", "telepathy")),
    ("data.device", changed(USAGE, "data.device", "lamp 1")),
    ("data.duration_s", changed(SESSION, "data.duration_s", 86_401)),
    ("data.duration_s", changed(SESSION, "data.duration_s", 0)),
    ("data.headcount", changed(SESSION, "data.headcount", 201)),
    ("data.content_sha256", changed(SESSION, "data.content_sha256", "Z" * 64)),
    ("data.heard", changed(USAGE | {"kind": "heartbeat"}, "data.heard", {"lamp-1": [2**40]})),
    ("array", [1, 2]),
    ("null", None),
]


@pytest.mark.parametrize(("where", "bad"), BAD)
def test_a_bad_event_is_set_aside_and_its_neighbours_are_not(where: str, bad: Any) -> None:
    neighbours = [event(USAGE), event(SESSION)]
    body = json.dumps([neighbours[0], bad, neighbours[1]]).encode()
    events, set_aside = decode(KEY, body)
    assert [received.event.id for received in events] == [neighbour["id"] for neighbour in neighbours]
    (piece,) = set_aside
    assert (piece.routing_key, piece.reason, piece.content) == (KEY, "bad_event", json.dumps(bad).encode())
    assert where in piece.detail


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[NaN]", b"{}", b"[" * 100_000, b"[" + b"[" * 100_000 + b"]" * 100_001, b"\xff\xfe"]
)
def test_what_is_no_batch_is_set_aside_whole(body: bytes) -> None:
    events, (piece,) = decode(KEY, body)
    assert (events, piece.reason, piece.content) == ([], "not_a_batch", body)


def test_text_that_is_not_utf_8_spoils_only_its_own_event() -> None:
    good = json.dumps(event(USAGE)).encode()
    bad = good.replace(b"lamp-1", b"lamp-\xff")
    events, (piece,) = decode(KEY, b"[" + bad + b"," + good + b"]")
    assert (len(events), piece.content) == (1, bad)


def test_an_empty_batch_holds_nothing() -> None:
    assert decode(KEY, b"[]") == ([], [])
