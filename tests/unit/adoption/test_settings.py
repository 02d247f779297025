"""Every setting that is wrong is named at once."""

from pathlib import Path

import pytest

from services.adoption import settings

WORKER = {
    "AMQP_URL": "amqp://adoption:secret@127.0.0.1:56720/pilotlight",
    "DATABASE_URL": "sqlite:////var/lib/adoption.db",
    "REGISTRY_URL": "http://127.0.0.1:8101",
    "REGISTRY_CREDENTIALS": "/run/adoption.json",
    "TELEMETRY_URL": "http://127.0.0.1:8102",
    "DATA_DIR": "/var/lib/adoption",
}


def test_what_the_environment_says_is_what_the_processes_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in WORKER.items():
        monkeypatch.setenv(name, value)
    told = settings.read_worker()
    assert told.database == Path("/var/lib/adoption.db")
    assert told.scan_at_ms == 9_000_000
    assert settings.registry_copy(told.data_dir) == Path("/var/lib/adoption/registry.db")
    assert settings.read_api() == (told.database, told.registry_url, told.data_dir)


def test_every_missing_variable_is_named_and_a_database_that_is_not_sqlite_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in WORKER:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DATABASE_URL", "postgresql://localhost/adoption")
    with pytest.raises(SystemExit) as end:
        settings.read_worker()
    said = capsys.readouterr().err
    assert end.value.code == 78
    assert [name for name in WORKER if name not in said] == []


@pytest.mark.parametrize("wrong", ["25:00", "2.30", "soon", ""])
def test_a_time_of_day_that_is_none_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], wrong: str
) -> None:
    for name, value in WORKER.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("SCAN_AT", wrong)
    with pytest.raises(SystemExit):
        settings.read_worker()
    assert "SCAN_AT" in capsys.readouterr().err


def test_only_reconcile_needs_to_be_told_of_influxdb(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in WORKER.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("INFLUX_URL", "http://127.0.0.1:8086")
    assert settings.read_command(reads_influx=False).influx_url is None
    with pytest.raises(SystemExit):
        settings.read_command(reads_influx=True)
    assert "INFLUX_URL" in capsys.readouterr().err
