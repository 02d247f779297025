"""InfluxDB's adapter: each generation is spoken to in its own way, and every failure has one of two words."""

import base64
from collections.abc import Iterator
from datetime import date

import pytest

from services.telemetry.adapters.influx_readings import InfluxReadings
from shared.brokers import influx
from shared.contracts.civil_time import day_from_date, start_of
from shared.failures import Rejected, Unavailable
from tests.fakes.influx_server import InfluxServer, serving
from tests.unit.telemetry.world import NOW

LINES = 'reading,device=灯 boot=0i 1\nusage,device=b action="on" 2'
TODAY = 20_417  # 2025-11-25


@pytest.fixture(params=["1.6.7~rc0", "v2.7.1"])
def server(request: pytest.FixtureRequest) -> Iterator[InfluxServer]:
    made = InfluxServer(request.param)
    with serving(made):
        yield made


@pytest.fixture
def readings(server: InfluxServer) -> InfluxReadings:
    return InfluxReadings(server.url)


def test_1_x_is_written_to_by_its_own_path_and_login() -> None:
    with serving(server := InfluxServer("1.6.7~rc0")):
        InfluxReadings(server.url).write(LINES)
        (write,) = server.writes()
    assert (write.method, write.path, write.query) == ("POST", "/write", {"db": "pilotlight", "precision": "n"})
    assert write.authorization == "Basic " + base64.b64encode(b"user:pa/ss").decode()
    assert write.body.decode() == LINES


def test_2_x_is_written_to_by_bucket_and_token_which_is_made_with_its_mapping_once() -> None:
    with serving(server := InfluxServer("v2.7.1")):
        readings = InfluxReadings(server.url)
        readings.write(LINES)
        readings.write(LINES)
        first, _ = server.writes()
    assert first.path == "/api/v2/write"
    assert (first.query["org"], first.query["bucket"], first.query["precision"]) == ("user", "pilotlight", "ns")
    assert first.authorization == "Token pa/ss"
    assert first.body.decode() == LINES
    assert [bucket["name"] for bucket in server.buckets] == ["pilotlight"]
    assert [(m["database"], m["bucketID"], m["default"]) for m in server.mappings] == [("pilotlight", "b1", True)]


@pytest.mark.parametrize("status", [400, 413, 422])
def test_what_is_refused_for_good_is_rejected(server: InfluxServer, readings: InfluxReadings, status: int) -> None:
    server.answers = [(status, "partial write: field type conflict dropped=1")]
    with pytest.raises(Rejected, match="refused_by_store"):
        readings.write(LINES)


@pytest.mark.parametrize(
    ("status", "why"),
    [
        (400, "partial write: max-values-per-tag limit exceeded (100000/100000)"),
        (400, "partial write: max-series-per-database limit exceeded"),
        (401, "authorization failed"),
        (403, "not authorized"),
        (429, "too many"),
        (500, "timeout"),
        (503, "hinted handoff"),
    ],
)
def test_what_another_time_may_take_is_unavailable(status: int, why: str) -> None:
    with serving(server := InfluxServer("1.6.7")):
        readings = InfluxReadings(server.url)
        server.answers = [(status, why)]
        with pytest.raises(Unavailable, match=f"influxdb: {status}"):
            readings.write(LINES)
        readings.write(LINES)
    assert len(server.writes()) == 2


def test_a_missing_database_is_made_and_the_write_repeated(server: InfluxServer, readings: InfluxReadings) -> None:
    server.answers = [(404, "database not found")]
    readings.write(LINES)
    made = [a.query.get("q") for a in server.asked if a.path == "/query"] + [b["name"] for b in server.buckets]
    assert len(server.writes()) == 2
    assert made[0] in ('CREATE DATABASE "pilotlight"', "pilotlight")


def test_a_server_that_is_not_there_is_unavailable_and_asked_again_later() -> None:
    server = InfluxServer("1.6.7")
    with serving(server):
        pass
    readings = InfluxReadings(server.url)
    with pytest.raises(Unavailable, match="influxdb"):
        readings.write(LINES)
    with serving(server):
        readings.write(LINES)
    assert len(server.writes()) == 1


def test_points_are_counted_by_vendor_and_civil_day_over_all_kinds(
    server: InfluxServer, readings: InfluxReadings
) -> None:
    midnight = start_of(TODAY)
    server.series = [
        {"name": "usage", "tags": {"vendor": "acme"}, "columns": ["time", "count"], "values": [[midnight, 2]]},
        {"name": "fault", "tags": {"vendor": "acme"}, "columns": ["time", "count"], "values": [[midnight, 1]]},
        {"name": "fault", "tags": {"vendor": "b"}, "columns": ["time", "count"], "values": [[midnight - 1, 5]]},
    ]
    assert readings.stored(TODAY - 1, TODAY + 1) == {("acme", TODAY): 3, ("b", TODAY - 1): 5}
    query = next(a.query["q"] for a in server.asked if a.path == "/query")
    assert f"time >= {start_of(TODAY - 1)}ms AND time < {start_of(TODAY + 1)}ms" in query
    assert "GROUP BY time(1d, 16h), vendor" in query
    assert midnight == NOW
    assert day_from_date(date(2025, 11, 25)) == TODAY


@pytest.mark.parametrize("url", ["http://host:1/db", "http://u:p@host:1", "influx://u:p@host:1/db", "http://u:p@host/"])
def test_an_address_without_login_or_database_is_none(url: str) -> None:
    with pytest.raises(ValueError, match="looks like"):
        influx.parse(url)
