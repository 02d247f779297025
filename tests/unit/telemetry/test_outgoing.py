"""What the stores are sent: lines as influxdb-client itself writes them, events as their contract reads them."""

import json
from typing import Any

import msgspec
from hypothesis import given, strategies as st
from influxdb_client.client.write.point import Point

from services.telemetry.model import Place
from services.telemetry.outgoing import outgoing, usage_event
from shared.contracts import events
from shared.contracts.influx import line
from shared.contracts.telemetry import Fault, Heartbeat, Reading, Record, Session, Usage, Void, Voided, content_sha256
from tests.unit.telemetry.world import NOW, VENUE, decoded, fault, heartbeat, pack, reading, session, usage, void

SLUG = st.from_regex(r"\A[a-z0-9][a-z0-9-]{0,8}\Z")
DEVICE = st.from_regex(r"\A[A-Za-z0-9._:-]{1,12}\Z")
SEQ = st.integers(0, 2**63 - 1)
COMMON: dict[str, Any] = {
    "ts": st.integers(1_700_000_000_000, 1_900_000_000_000),
    "seq": SEQ,
    "boot": SEQ,
    "test": st.booleans(),
}
RECORD = st.one_of(
    st.builds(Heartbeat, **COMMON),
    st.builds(
        Reading,
        values=st.dictionaries(
            st.from_regex(r"\A[a-z][a-z0-9_]{0,8}\Z").filter(lambda name: name not in ("boot", "seq", "test", "time")),
            st.floats(allow_nan=False, allow_infinity=False) | st.booleans(),
            min_size=1,
            max_size=4,
        ),
        **COMMON,
    ),
    st.builds(Usage, action=st.sampled_from(["on", "ack"]), trigger=st.sampled_from(["app", "schedule"]), **COMMON),
    st.builds(
        Session,
        duration_s=st.integers(1, 86_400),
        content=st.none() | SLUG,
        headcount=st.none() | st.integers(1, 200),
        completed=st.none() | st.booleans(),
        **COMMON,
    ),
    st.builds(Fault, code=SLUG, active=st.booleans(), **COMMON),
    st.builds(Void, of=st.builds(Voided, kind=st.just("usage"), ts=st.integers(0, 10**12), seq=SEQ), **COMMON),
)


def fields_of(record: Record) -> dict[str, Any]:
    """The point's fields, as ARCHITECTURE section 3 says."""
    common = {"boot": record.boot, "seq": record.seq, "test": record.test}
    match record:
        case Reading():
            return common | {name: float(value) for name, value in record.values.items()}
        case Usage():
            return common | {"action": record.action, "trigger": record.trigger}
        case Session():
            said = {"content": record.content or "", "headcount": record.headcount or 0}
            return common | said | {"duration_s": record.duration_s, "completed": bool(record.completed)}
        case Fault():
            return common | {"code": record.code, "active": record.active}
        case Void():
            return common | {"of_kind": record.of.kind, "of_ts": record.of.ts, "of_seq": record.of.seq}
        case _:
            return common


def taken_apart(text: str) -> tuple[str, set[str], str]:
    """Measurement and tags, fields in any order, time; whole floats may end in ``.0``, which InfluxDB does not mind."""
    tags, fields, time = text.split(" ")
    return tags, {field.removesuffix(".0") for field in fields.split(",")}, time


@given(SLUG, SLUG, DEVICE, RECORD)
def test_a_line_says_what_influxdb_clients_own_point_says(vendor: str, site: str, device: str, record: Record) -> None:
    point: Any = Point(type(record).__name__.lower())  # type: ignore[no-untyped-call]
    for name, value in {"vendor": vendor, "site": site, "device": device}.items():
        point.tag(name, value)
    for name, value in fields_of(record).items():
        point.field(name, value)
    point.time(record.ts * 1_000_000 + record.seq % 1_000_000)
    assert taken_apart(line(vendor, site, device, record)) == taken_apart(point.to_line_protocol())


def test_events_are_read_back_by_their_contract_under_the_key_of_their_site() -> None:
    records = [usage(seq=1), fault(seq=2), void(seq=3), session(seq=4)]
    made = outgoing(decoded(pack(*records, topic=VENUE, received_ms=NOW + 7)).outcomes)
    assert set(made.events_by_key) == {f"{kind}.vr.futian" for kind in ("usage", "session", "fault", "void")}
    read = {
        key.split(".")[0]: msgspec.json.decode(finished[0], type=events.Event)
        for key, finished in made.events_by_key.items()
    }
    assert {event.source for event in read.values()} == {"/feeds/acme/gw"}
    assert {event.time for event in read.values()} == {"2025-11-24T16:00:00.007Z"}
    assert read["usage"].id == f"acme/lamp/usage/{NOW}/1"
    visit = read["session"]
    assert isinstance(visit, events.SessionEvent)
    expected = content_sha256("acme", "museum", "hmd", Session(ts=NOW - 600_000, duration_s=300, seq=4)).hex()
    assert (visit.data.content_sha256, visit.data.headcount) == (expected, None)


@given(SLUG, SLUG, DEVICE, st.builds(Usage, action=st.just("on"), trigger=st.sampled_from(["app", "scene"]), **COMMON))
def test_a_usage_event_is_written_as_its_contract_encodes_it(vendor: str, site: str, device: str, u: Usage) -> None:
    place = Place(vendor, "gw", site, "home", "nanshan", NOW)
    data = events.UsageData(vendor, site, device, u.ts, u.seq, u.action, u.trigger)
    event = events.UsageEvent(events.event_id(vendor, device, "usage", u.ts, u.seq), "/feeds/x/gw", "now", data)
    assert usage_event(place, "/feeds/x/gw", "now", device, u) == msgspec.json.encode(event)


def test_presence_is_of_heartbeats_and_readings_by_site_and_day_of_receipt() -> None:
    messages = [
        pack(heartbeat(), reading(seq=1), heartbeat(ts=NOW - 60_000, seq=2), usage(seq=3)),
        pack(heartbeat(device="hmd", ts=NOW - 1), topic=VENUE),
        pack(heartbeat(seq=9), received_ms=NOW - 1),
    ]
    made = outgoing(decoded(*messages).outcomes)
    minute = NOW // 60_000
    assert [(h.site, h.site_kind, h.district, h.received_ms, h.minutes) for h in made.heard] == [
        ("home-1", "home", "nanshan", NOW, {"lamp": [minute, minute - 1]}),
        ("museum", "vr", "futian", NOW, {"hmd": [minute - 1]}),
        ("home-1", "home", "nanshan", NOW - 1, {"lamp": [minute]}),
    ]


def test_a_test_record_has_a_line_and_nothing_else() -> None:
    made = outgoing(decoded(pack(usage(test=True), heartbeat(test=True))).outcomes)
    assert (made.points, made.events, made.events_by_key, made.heard) == (2, 0, {}, [])
    assert all("test=true" in text for text in made.lines.split("\n"))


def test_what_is_set_aside_is_not_sent() -> None:
    made = outgoing(decoded(pack(usage(device="new"), usage(ts=None), usage())).outcomes)
    assert (made.points, made.events) == (1, 1)
    assert json.loads(made.events_by_key["usage.home.nanshan"][0])["data"]["device"] == "lamp"
