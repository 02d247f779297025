"""The recorded home through the whole system: exactly what a brute-force reading of the file gives."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from deploy.demo.checking import differences, read_sent
from deploy.demo.observing import marked_minutes
from deploy.demo.registering import register
from deploy.local.stack import Stack
from tests.system import recorded_home
from tests.system.city import administrator, civil_today
from tests.system.polling import until
from tests.system.simulating import answer, simulate

Json = dict[str, Any]


def device_of(sensor: tuple[str, str]) -> str:
    """The simulator's name for a sensor at a place."""
    place, location = sensor
    return f"{place}.{location}".lower()


def replayed(stack: Stack, folder: Path, kind: str, last_day: date) -> Json:
    """Register and play the recording as a home or a venue, and wait until stores and facts have all of it."""
    recording = ("--file", str(recorded_home.FILE), "--as", kind, "--end", str(last_day))
    answer(simulate(folder, "replay", *recording, "--out", f"{kind}.json"))
    city: Json = json.loads((folder / f"{kind}.json").read_text(encoding="utf-8"))
    passwords = register(administrator(stack), stack.urls["registry"], city, lambda _: None)
    (folder / "feeds.json").write_text(json.dumps(passwords))
    files = ("--city", f"{kind}.json", "--credentials", "feeds.json", "--sent", "sent.jsonl")
    answer(simulate(folder, "play", *files, "--broker", f"mqtt://127.0.0.1:{stack.ports.mqtt}"))
    sent = read_sent(folder / "sent.jsonl")
    until(lambda: differences(sent, stack.influx_url("adoption"), facts(stack)), lambda found: found == [], within_s=90)
    return city


def facts(stack: Stack) -> Path:
    return stack.folders.data_of("adoption") / "adoption.db"


@pytest.mark.timeout(300)
def test_as_a_home_local_minutes_and_days_with_use_are_the_files(make_stack: Any, tmp_path: Path) -> None:
    stack: Stack = make_stack()
    stack.start()
    last_day = civil_today() - timedelta(days=1)
    replayed(stack, tmp_path, "home", last_day)

    marked = marked_minutes(facts(stack), "local")
    minutes = recorded_home.local_minutes(last_day)
    assert len(minutes) == 12
    found = {sensor: {minute for _, device, minute in marked if device == device_of(sensor)} for sensor in minutes}
    assert found == minutes
    assert len(marked) == sum(len(of_one) for of_one in minutes.values())

    days = {sensor: {recorded_home.day_of(minute) for minute in of_one} for sensor, of_one in found.items()}
    assert days == recorded_home.days_with_use(last_day)
    stack.stop()


@pytest.mark.timeout(300)
def test_as_a_venue_uses_and_seconds_of_every_day_are_the_files(make_stack: Any, tmp_path: Path) -> None:
    stack: Stack = make_stack()
    stack.start()
    last_day = civil_today() - timedelta(days=1)
    city = replayed(stack, tmp_path, "venue", last_day)
    api = administrator(stack)
    place = {b["device"]: b["installation"] for b in city["bindings"]}

    def numerator(metric: str, sensor: tuple[str, str], day: date) -> int:
        window = {"from": str(day), "to": str(day + timedelta(days=1))}
        scope = f"installation:{place[device_of(sensor)]}"
        return int(api.get(f"{stack.urls['adoption']}/v1/figures/{metric}", scope=scope, **window)["numerator"])

    sensors = {activation.sensor for activation in recorded_home.activations(last_day)}
    days = [last_day - timedelta(days=n) for n in range(15)]
    uses, seconds = recorded_home.uses_per_day(last_day), recorded_home.seconds_per_day(last_day)
    assert len(sensors) == 12
    for sensor in sorted(sensors):
        found = [(numerator("V2", sensor, day), numerator("V5", sensor, day)) for day in days]
        assert found == [(uses[sensor][day], seconds[sensor][day]) for day in days], sensor
    assert sum(sum(of_one.values()) for of_one in uses.values()) > 100
    stack.stop()
