"""Reconcile and rebuild on a real InfluxDB: what was altered by hand is named, and mended."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local.stack import Stack
from shared.brokers.influx_database import InfluxDatabase
from tests.unit.adoption.commands import ALTERED, Operator, operator


@pytest.fixture
def ours(
    brokers: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Operator]:
    writer = InfluxDatabase(brokers.influx_url("telemetry"))
    with operator(tmp_path, writer.write, brokers.influx_url("adoption"), monkeypatch, capsys) as made:
        yield made


def test_what_was_altered_by_hand_is_named_and_mended(ours: Operator) -> None:
    assert ours.reconcile() == 0, ours.said
    assert "0 device-days differ" in ours.said
    before = ours.dump()
    for statement, named in ALTERED.values():
        assert ours.sql(statement) > 0
        assert ours.reconcile() == 1
        for site, device, day, what in named:
            assert f"{site} acme/{device} {day} {what}" in ours.said
        assert ours.rebuild() == 0
        assert ours.dump() == before
    assert ours.reconcile() == 0
    assert ours.reconcile("--site", "museum") == 0
