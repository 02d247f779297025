"""The recorded home through the whole system: exactly what a brute-force reading of the file gives."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from deploy.demo.observing import marked_minutes
from deploy.local.stack import Stack
from tests.system import recorded_home
from tests.system.city import yesterday
from tests.system.simulating import SimulatedCity


def device_of(sensor: tuple[str, str]) -> str:
    """The simulator's name for a sensor at a place."""
    place, location = sensor
    return f"{place}.{location}".lower()


def replayed(stack: Stack, folder: Path, kind: str, last_day: date) -> SimulatedCity:
    """Register and play the recording as a home or a venue, and wait until stores and facts have all of it."""
    recording = ("--file", str(recorded_home.FILE), "--as", kind, "--end", str(last_day))
    city = SimulatedCity(stack, folder, "replay", *recording)
    city.play()
    city.until_kept()
    return city


@pytest.mark.timeout(300)
def test_as_a_home_local_minutes_and_days_with_use_are_the_files(own_stack: Stack, tmp_path: Path) -> None:
    last_day = yesterday()
    city = replayed(own_stack, tmp_path, "home", last_day)

    marked = marked_minutes(city.facts, "local")
    minutes = recorded_home.local_minutes(last_day)
    assert len(minutes) == 12
    found = {sensor: {minute for _, device, minute in marked if device == device_of(sensor)} for sensor in minutes}
    assert found == minutes
    assert len(marked) == sum(len(of_one) for of_one in minutes.values())

    days = {sensor: {recorded_home.day_of(minute) for minute in of_one} for sensor, of_one in found.items()}
    assert days == recorded_home.days_with_use(last_day)


@pytest.mark.timeout(300)
def test_as_a_venue_uses_and_seconds_of_every_day_are_the_files(own_stack: Stack, tmp_path: Path) -> None:
    last_day = yesterday()
    city = replayed(own_stack, tmp_path, "venue", last_day)
    place = {b["device"]: b["installation"] for b in city.plan["bindings"]}

    def numerator(metric: str, sensor: tuple[str, str], day: date) -> int:
        window = {"from": str(day), "to": str(day + timedelta(days=1))}
        scope = f"installation:{place[device_of(sensor)]}"
        return int(city.figure(metric, scope, **window)["numerator"])

    sensors = {activation.sensor for activation in recorded_home.activations(last_day)}
    days = [last_day - timedelta(days=n) for n in range(15)]
    uses, seconds = recorded_home.uses_per_day(last_day), recorded_home.seconds_per_day(last_day)
    assert len(sensors) == 12
    for sensor in sorted(sensors):
        found = [(numerator("V2", sensor, day), numerator("V5", sensor, day)) for day in days]
        assert found == [(uses[sensor][day], seconds[sensor][day]) for day in days], sensor
    assert sum(sum(of_one.values()) for of_one in uses.values()) > 100
