"""AMQP bodies: one routing key each, presence merged per site and day of receipt, none too large."""

import json

import msgspec
import pytest

from services.telemetry import bodies as module
from services.telemetry.bodies import bodies
from services.telemetry.model import Heard
from shared.contracts.events import FactEvent, PresenceEvent, presence_id
from tests.unit.telemetry.world import DAY_MS, NOW

MINUTE = NOW // 60_000


def heard(minutes: dict[str, list[int]], received_ms: int = NOW, site: str = "s1", vendor: str = "acme") -> Heard:
    return Heard(vendor, site, "home", "nanshan", received_ms, minutes)


def test_events_of_many_batches_go_out_by_routing_key_in_their_order() -> None:
    first, second = {"usage.home.nanshan": [b"1", b"2"]}, {"usage.home.nanshan": [b"3"], "void.vr.futian": [b"4"]}
    assert [(b.routing_key, b.content) for b in bodies("w", [(first, []), (second, [])])] == [
        ("usage.home.nanshan", b"[1,2,3]"),
        ("void.vr.futian", b"[4]"),
    ]


def test_presence_is_merged_per_vendor_site_and_day_of_receipt() -> None:
    told = [
        heard({"a": [MINUTE, MINUTE - 1]}),
        heard({"a": [MINUTE, MINUTE + 1], "b": [MINUTE]}, NOW + 5),
        heard({"a": [MINUTE]}, NOW + DAY_MS),
        heard({"a": [MINUTE]}, site="s2"),
    ]
    made = bodies("w1", [({}, [one]) for one in told])
    assert [body.routing_key for body in made] == ["presence.home.nanshan"]
    events = msgspec.json.decode(made[0].content, type=list[FactEvent])
    assert all(isinstance(event, PresenceEvent) for event in events)
    assert [(e.data.site, e.time, getattr(e.data, "heard", None)) for e in events] == [
        ("s1", "2025-11-24T16:00:00.000Z", {"a": [MINUTE - 1, MINUTE, MINUTE + 1], "b": [MINUTE]}),
        ("s1", "2025-11-25T16:00:00.000Z", {"a": [MINUTE]}),
        ("s2", "2025-11-24T16:00:00.000Z", {"a": [MINUTE]}),
    ]
    assert [e.id for e in events] == [presence_id(e.data) for e in events if isinstance(e, PresenceEvent)]
    assert {e.source for e in events} == {"/workers/w1"}


def test_the_same_presence_sent_again_has_the_same_id() -> None:
    once = bodies("w", [({}, [heard({"b": [MINUTE], "a": [2, 1]}), heard({"a": [3]})])])
    again = bodies("w", [({}, [heard({"a": [3, 1]})]), ({}, [heard({"a": [2], "b": [MINUTE]})])])
    assert json.loads(once[0].content)[0]["id"] == json.loads(again[0].content)[0]["id"]


def test_bodies_and_presence_events_are_cut_to_size_and_nothing_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_BODY_BYTES", 100)
    monkeypatch.setattr(module, "MAX_MINUTES", 3)
    finished = [json.dumps({"n": n}).encode() for n in range(50)]
    minutes = {f"d{n}": [MINUTE, MINUTE + 1] for n in range(5)}
    made = bodies("w", [({"usage.home.nanshan": finished}, [heard(minutes)])])
    usages = [json.loads(body.content) for body in made if body.routing_key.startswith("usage")]
    presences = [json.loads(body.content) for body in made if body.routing_key.startswith("presence")]
    assert max(len(body.content) for body in made if body.routing_key.startswith("usage")) <= 102
    assert [event["n"] for part in usages for event in part] == list(range(50))
    assert [device for part in presences for event in part for device in event["data"]["heard"]] == list(minutes)
    assert all(len(event["data"]["heard"]) == 1 for part in presences for event in part)
