"""The examples that the contracts' own pages give are accepted by the contracts."""

import json
import textwrap

import msgspec
import rfc8785

from shared.contracts import events, receipts, telemetry
from shared.contracts.influx import line


def example(page: str | None) -> str:
    """The indented block after ``::`` of a module's page."""
    assert page is not None
    block = page.split("::\n\n", 1)[1].split("\n\n", 1)[0].split('\n"""')[0]
    return textwrap.dedent(block)


def test_the_telemetry_page_shows_a_pack_that_decodes() -> None:
    records = msgspec.json.decode(example(telemetry.__doc__), type=list[telemetry.Record])
    assert [type(record).__name__ for record in records] == ["Usage", "Heartbeat"]


def test_the_events_page_shows_an_event_that_decodes_and_encodes_back() -> None:
    shown = example(events.__doc__)
    event = msgspec.json.decode(shown, type=events.Event)
    assert json.loads(msgspec.json.encode(event)) == json.loads(shown)


def test_the_receipts_page_shows_a_receipt() -> None:
    page = receipts.__doc__ or ""
    shown = page.split("Example: ``")[1].split("``")[0]
    receipt = msgspec.json.decode(shown, type=receipts.Receipt)
    assert rfc8785.dumps(json.loads(msgspec.json.encode(receipt))) == rfc8785.dumps(json.loads(shown))


def test_a_point_carries_every_field_of_its_kind_and_a_time_that_keeps_records_of_one_millisecond_apart() -> None:
    session = telemetry.Session(ts=1_764_000_000_000, duration_s=300, seq=1_000_007)
    assert line("acme", "museum", "hmd-1", session) == (
        "session,device=hmd-1,site=museum,vendor=acme boot=0i,seq=1000007i,test=false,duration_s=300i,"
        'content="",headcount=0i,completed=false 1764000000000000007'
    )
