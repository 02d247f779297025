"""The worker's settings: only a trial's stack may have its clock of receipt moved."""

from pathlib import Path

import pytest

from services.telemetry.settings import read_worker

NEEDED = {
    "WORKER_ID": "w",
    "MQTT_URL": "mqtt://h",
    "AMQP_URL": "amqp://h",
    "INFLUX_URL": "http://h/db",
    "DATABASE_URL": "sqlite://",
    "REGISTRY_URL": "http://h",
    "REGISTRY_CREDENTIALS": "key.json",
    "DATA_DIR": "data",
}


@pytest.fixture(autouse=True)
def _needed(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in NEEDED.items():
        monkeypatch.setenv(name, value)


def test_a_trial_has_a_clock_that_is_moved(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_worker().trial_clock is None
    monkeypatch.setenv("TRIAL", "1")
    monkeypatch.setenv("TRIAL_CLOCK", "clock.json")
    assert read_worker().trial_clock == Path("clock.json")


def test_outside_a_trial_no_clock_is_moved(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("TRIAL_CLOCK", "clock.json")
    with pytest.raises(SystemExit) as end:
        read_worker()
    assert end.value.code == 78
    told = capsys.readouterr().err
    assert "TRIAL_CLOCK: 只有演练环境才能移动收件时钟 / only the stack of a trial may move the clock" in told
