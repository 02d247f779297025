"""Every setting that is wrong is named at once."""

from pathlib import Path

import pytest

from services.adoption import settings

WORKER = {
    "AMQP_URL": "amqp://adoption:secret@127.0.0.1:56720/pilotlight",
    "DATABASE_URL": "sqlite:////var/lib/adoption.db",
    "REGISTRY_URL": "http://127.0.0.1:8101",
    "REGISTRY_CREDENTIALS": "/run/adoption.json",
    "DATA_DIR": "/var/lib/adoption",
}


def test_what_the_environment_says_is_what_the_processes_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in WORKER.items():
        monkeypatch.setenv(name, value)
    told = settings.read_worker()
    assert told.database == Path("/var/lib/adoption.db")
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
