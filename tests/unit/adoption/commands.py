"""Adoption's commands as an operator runs them: facts in a file, journal and registry over HTTP, any InfluxDB."""

import json
import random
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from services.adoption.__main__ import main
from tests.fakes import published_journal, published_registry
from tests.fakes.influx_points import lines
from tests.fakes.published_journal import PublishedJournal
from tests.fakes.published_registry import PublishedRegistry
from tests.unit.adoption.cities import digest, midnight_ms
from tests.unit.adoption.folding import Adoption, one_stream
from tests.unit.adoption.withdrawals import FIRST
from tests.unit.adoption.world import Json, dump

RANGE = ("--from", str(FIRST - timedelta(days=1)), "--to", str(FIRST + timedelta(days=3)))
VENDOR = "acme"


def plain_record(kind: str, minute: int, **said: Any) -> Json:
    """A record in whose identity nothing else is."""
    record: Json = {"kind": kind, "vendor": VENDOR, "seq": 5, "ts": midnight_ms(FIRST) + minute * 60_000} | said
    return record | {"sha": digest(record), "received_ms": record["ts"] + 200}


def plain_records() -> list[Json]:
    """A lamp and a headset of which nothing is in conflict; one usage of the lamp is withdrawn."""
    lamp, headset = {"site": "xili", "device": "lamp-9"}, {"site": "museum", "device": "hmd-9"}
    usage = plain_record("usage", 61, **lamp, action="on", trigger="voice")
    said = {"content": "reef", "headcount": None, "completed": None}
    return [
        plain_record("heartbeat", 60, **lamp),
        usage,
        plain_record("usage", 62, **lamp, action="on", trigger="local"),
        plain_record("void", 1500, **lamp, of={name: usage[name] for name in ("kind", "ts", "seq")}),
        plain_record("fault", 63, **lamp, code="e-1", active=True),
        plain_record("session", 600, **headset, duration_s=300, **said),
        plain_record("session", 1430, **headset, duration_s=3600, **said),
        plain_record("heartbeat", 64, **lamp, test=True),
    ]


class Operator:
    """Runs commands on the facts of a stream; ``said`` is what the last one printed."""

    def __init__(self, path: Path, journal: PublishedJournal, capsys: pytest.CaptureFixture[str]) -> None:
        self.path = path
        self.journal = journal
        self._capsys = capsys
        self.said = ""

    def run(self, *arguments: str) -> int:
        status = main(arguments)
        self.said = self._capsys.readouterr().out
        return status

    def reconcile(self, *more: str) -> int:
        return self.run("reconcile", *RANGE, "--deadline", "0.5", *more)

    def rebuild(self, *more: str) -> int:
        return self.run("rebuild", *RANGE, *more)

    def sql(self, statement: str, *values: Any) -> int:
        """Alter facts by hand; how many rows."""
        with sqlite3.connect(self.path) as connection:
            count = connection.execute(statement, values).rowcount
        connection.close()
        return count

    def dump(self) -> bytes:
        return dump(self.path)


@contextmanager
def operator(
    tmp_path: Path,
    write: Callable[[str], object],
    influx_url: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Operator]:
    """Facts, journal and points of one stream: the plain records, and others of which much is taken back."""
    stream = [*one_stream(random.Random(4711)), *plain_records()]
    registry, journal = PublishedRegistry(), PublishedJournal()
    journal.add(stream)
    write("\n".join(lines(stream)))
    adoption = Adoption(tmp_path / "adoption.db")
    adoption.journal = journal
    adoption.fold(stream)
    adoption.settle()
    adoption.close()
    (tmp_path / "adoption.json").write_text(json.dumps({"key": "k", "secret": "s"}))
    with published_registry.serving(registry), published_journal.serving(journal):
        monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/adoption.db")
        monkeypatch.setenv("REGISTRY_URL", registry.url)
        monkeypatch.setenv("REGISTRY_CREDENTIALS", str(tmp_path / "adoption.json"))
        monkeypatch.setenv("TELEMETRY_URL", journal.url)
        monkeypatch.setenv("INFLUX_URL", influx_url)
        ours = Operator(tmp_path / "adoption.db", journal, capsys)
        ours.sql("INSERT INTO watermark VALUES ('telemetry-1', 1, ?)", len(stream))  # its clock says 1970
        yield ours


LAMP = "(SELECT id FROM device WHERE device = 'lamp-9')"
HEADSET = "(SELECT id FROM device WHERE device = 'hmd-9')"
IN_CONFLICT = "(SELECT id FROM device WHERE device = 'lamp-1')"
DAY = FIRST.toordinal() - 719_163  # 1970-01-01 as an ordinal

# What is altered by hand, and what must be named: site, device, day and what.
ALTERED = {
    "a strip's minute": (
        f"UPDATE strip SET seen = x'' WHERE device = {LAMP} AND day = {DAY}",
        [("xili", "lamp-9", FIRST, "seen")],
    ),
    "a strip that nothing made": (
        f"INSERT INTO strip VALUES ({LAMP}, {DAY + 1}, {DAY + 2}, 2932896, x'01', x'01', x'', x'', x'')",
        [("xili", "lamp-9", FIRST + timedelta(days=1), "local"), ("xili", "lamp-9", FIRST + timedelta(days=1), "seen")],
    ),
    "a session's seconds": (
        f"UPDATE session SET duration_s = 301 WHERE device = {HEADSET} AND duration_s = 300",
        [("museum", "hmd-9", FIRST, "session")],
    ),
    "a fault that is gone": (
        f"DELETE FROM fault WHERE device = {LAMP}",
        [("xili", "lamp-9", FIRST, "fault")],
    ),
    "a void that is gone": (
        f"DELETE FROM void WHERE device = {LAMP}",
        [("xili", "lamp-9", FIRST + timedelta(days=1), "void")],
    ),
    "a device-day in conflict": (
        f"UPDATE strip SET ack = smart WHERE device = {IN_CONFLICT} AND day = {DAY} AND until = 2932896",
        [("museum", "lamp-1", FIRST, "strip")],
    ),
}
