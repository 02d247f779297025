"""Raw records as events, events folded into a real database, and a plain city as the registry has it."""

import json
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import msgspec

from services.adoption.adapters.sqlite_facts import SqliteFacts
from services.adoption.adapters.sqlite_known_facts import SqliteKnownFacts
from services.adoption.adapters.sqlite_refolds import SqliteRefolds
from services.adoption.figures.city import City, Entities, index
from services.adoption.figures.counted import Window
from services.adoption.figures.figure import AsOf
from services.adoption.figures.scopes import Scope, parse
from services.adoption.fold import gather
from services.adoption.measure import Measured, measure as measure_as_of
from services.adoption.refolding import refold_waiting
from shared.brokers.rabbitmq import Body
from shared.contracts import registry, registry_city, registry_evidence
from tests.fakes.published_journal import PublishedJournal

Json = dict[str, Any]
Interval = tuple[int, int]
World = tuple[Json, list[Json], list[Interval]]  # a city, its records, outages of ours
OUTAGE_TABLE = """CREATE TABLE IF NOT EXISTS outage (
  worker TEXT, from_ms INTEGER, to_ms INTEGER, PRIMARY KEY (worker, from_ms))"""
KEY = "t.ts, t.seq, t.content_sha256"
TABLES = {
    "strip": "t.day, t.known, t.until, t.seen, t.local, t.smart, t.automated, t.ack",
    "session": f"{KEY}, t.until, t.known, t.site, t.duration_s, t.content, t.headcount, t.completed",
    "fault": f"{KEY}, t.until, t.known, t.site, t.code, t.active",
    "void": f"{KEY}, t.until, t.known, t.site, t.of_kind, t.of_ts, t.of_seq",
}


def rfc3339(ts_ms: int) -> str:
    return datetime.fromtimestamp(ts_ms // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S") + f".{ts_ms % 1000:03d}Z"


def event(record: Json) -> Json:
    """The CloudEvent of a raw record; a heartbeat or reading is a presence event."""
    kind = record["kind"]
    place = {name: record[name] for name in ("vendor", "site")}
    if kind in ("heartbeat", "reading"):
        kind, data = "presence", place | {"heard": {record["device"]: [record["ts"] // 60_000]}}
    else:
        data = {
            name: value for name, value in record.items() if name not in ("kind", "received_ms", "sha", "withdrawn_on")
        }
        if kind != "usage":
            data["content_sha256"] = record["sha"]
    return {
        "specversion": "1.0",
        "type": f"pilotlight.{kind}.v1",
        "id": f"{record['vendor']}/{record['device']}/{record['kind']}/{record['ts']}/{record.get('seq', 0)}",
        "source": f"/feeds/{record['vendor']}/gw",
        "time": rfc3339(record["received_ms"]),
        "data": data,
    }


def journal_of(records: Sequence[Json]) -> PublishedJournal:
    """The journal of all these records."""
    journal = PublishedJournal()
    journal.add(records)
    return journal


def refold(path: Path, records: Sequence[Json]) -> int:
    """Refold what waits, with a journal of these records."""
    refolds = SqliteRefolds(path)
    count = refold_waiting(refolds, journal_of(records))
    refolds.close()
    return count


def body(records: Sequence[Json]) -> Body:
    return Body("usage.home.nanshan", json.dumps([event(record) for record in records]).encode())


@contextmanager
def facts_file() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder) / "adoption.db"


def fold_batches(path: Path, batches: Sequence[Sequence[Body]]) -> None:
    """Fold batches one after another, each in one transaction."""
    store = SqliteFacts(path)
    for batch in batches:
        facts, set_aside, _ = gather(batch)
        store.keep(facts, set_aside, 0)
    store.close()


@contextmanager
def known(records: Sequence[Json], own_outages: Sequence[Interval] = ()) -> Iterator[Any]:
    """Facts of these records, and of these outages of ours."""
    with facts_file() as path:
        fold_batches(path, [[body(records)]])
        keep_outages(path, own_outages)
        refold(path, records)
        with SqliteKnownFacts(path).at_once() as facts:
            yield facts


def keep_outages(path: Path, intervals: Sequence[Interval]) -> None:
    """Outages of ours, as the worker keeps them."""
    if intervals:
        with sqlite3.connect(path) as connection:
            connection.execute(OUTAGE_TABLE)
            connection.executemany(
                "INSERT INTO outage (worker, from_ms, to_ms) VALUES (?, ?, ?)",
                [(f"w{number}", *interval) for number, interval in enumerate(intervals)],
            )
        connection.close()


def measure(metric: str, scope: Scope | str, window: Any, city: City, facts: Any) -> Measured:
    """A figure of all that is known."""
    found = parse(scope) if isinstance(scope, str) else scope
    assert found is not None
    return measure_as_of(metric, found, Window(*window), city, facts, AsOf(None, 0, city.sequence))


def dump(path: Path) -> bytes:
    """Every row of the facts, by what they say; the devices' numbers, given in order of arrival, say nothing."""
    with sqlite3.connect(path) as connection:
        rows = {
            table: connection.execute(
                f"SELECT d.vendor, d.device, {columns} FROM {table} t JOIN device d ON d.id = t.device"
                " ORDER BY 1, 2, 3, 4, 5, 6"
            ).fetchall()
            for table, columns in TABLES.items()
        }
        rows["set_aside"] = connection.execute("SELECT * FROM set_aside ORDER BY 1, 2").fetchall()
        rows["device"] = connection.execute("SELECT vendor, device FROM device ORDER BY 1, 2").fetchall()
    connection.close()
    return repr(rows).encode()


def city_of(plain: Json, sequence: int = 1) -> City:
    """A plain city as the service indexes it; what it does not name it has none of."""
    organisations = {vendor: registry.Organisation(vendor, "x", vendor, ["VENDOR"]) for vendor in plain["vendors"]}
    entities = Entities(
        organisations=organisations,
        pilots=_by_id(registry.Pilot, plain["pilots"], "{slug}"),
        phases=_by_id(registry.Phase, plain["phases"], "{pilot}/{number}"),
        dwellings=_by_id(registry.Dwelling, plain["dwellings"], "{pilot}/{dwelling_ref}"),
        slots=_by_id(registry.Slot, plain["slots"], "{pilot}/{dwelling_ref}/{code}"),
        venues=_by_id(registry.Venue, plain["venues"], "{slug}"),
        zones=_by_id(registry.Zone, plain["zones"], "{venue}/{code}"),
        installations=_by_id(registry.Installation, plain["installations"], "{venue}/{zone}/{code}"),
        devices=_by_id(registry.Device, plain["devices"], "{vendor}/{device}"),
        bindings=_by_id(registry.Binding, plain["bindings"], "{vendor}/{device}/{valid_from}"),
        selections=_by_id(registry_evidence.Selection, plain.get("selections", []), "{pilot}/{code}"),
        legal_bases=_by_id(registry_evidence.LegalBasis, plain.get("legal_bases", []), "{pilot}/{code}"),
        occupancies=_by_id(registry_evidence.Occupancy, plain.get("occupancies", []), "{pilot}/{dwelling_ref}/{month}"),
        tenancies=_by_id(registry_evidence.Tenancy, plain.get("tenancies", []), "{pilot}/{dwelling_ref}/{number}"),
        feed_bindings=_by_id(
            registry_evidence.FeedBinding, plain.get("feed_bindings", []), "{vendor}/{device}/{valid_from}"
        ),
        outages=_by_id(registry_evidence.Outage, plain.get("outages", []), "{vendor}/{feed}/{from_ms}"),
        venue_entries=_by_id(registry_city.VenueEntry, plain.get("venue_entries", []), "{code}"),
        venue_counts=_by_id(
            registry_city.VenueCount, plain.get("venue_counts", []), "{venue}/{zone}/{period}/{method}"
        ),
        closures=_by_id(registry_city.Closure, plain.get("closures", []), "{code}"),
    )
    return index(sequence, entities)


def _by_id(kind: Any, bodies: Sequence[Json], key: str) -> dict[str, Any]:
    return {key.format(**body): msgspec.convert(body, kind) for body in bodies}


def silent_feed(vendor: str, device: str, *intervals: Interval, since: date = date(2024, 1, 1)) -> Json:
    """What the registry has of a device's feed that was silent at times, as approved."""
    binding = {"vendor": vendor, "device": device, "feed": "gw", "valid_from": since, "valid_to": None}
    return {"feed_bindings": [binding], "outages": [outage(vendor, "gw", *interval) for interval in intervals]}


def outage(vendor: str, feed: str, from_ms: int, to_ms: int | None, state: str = "APPROVED") -> Json:
    who = {"cause": "虚构", "state": state, "drafted_by": "k1", "decided_by": "k2"}
    return {"vendor": vendor, "feed": feed, "from_ms": from_ms, "to_ms": to_ms} | who
