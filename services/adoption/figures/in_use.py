"""When devices were in use: the runs of valid length, and how much of each counts. Source: policy 4.3 and 7.5."""

from collections.abc import Iterable
from functools import partial

from services.adoption.figures.begun import span_of
from services.adoption.figures.city import City
from services.adoption.figures.counted import Window
from services.adoption.figures.intervals import Interval
from services.adoption.figures.judging import GAP_MS, LONGEST_MS, SHORTEST_MS, merging_place
from services.adoption.figures.known import KnownFacts
from services.adoption.figures.merging import Run, runs
from services.adoption.figures.outages import DeviceId
from services.adoption.figures.reach import LONGEST_RAW_MS, reaching


def valid_runs(city: City, facts: KnownFacts, devices: Iterable[DeviceId], window: Window) -> dict[DeviceId, list[Run]]:
    """Each device's runs of valid length that may reach into the window: none counts for longer than the longest."""
    start_ms, end_ms = span_of(window)
    from_ms = start_ms - LONGEST_MS
    with_sessions = set(facts.devices_with_sessions(from_ms, end_ms))
    found: dict[DeviceId, list[Run]] = {}
    for device in devices:
        found[device] = []
        if device in with_sessions:
            raw = reaching(partial(facts.sessions, *device), from_ms, end_ms, GAP_MS, LONGEST_RAW_MS)
            standing = (session for session in raw if not session.voided)
            for run in runs(standing, partial(merging_place, city, *device), GAP_MS):
                if from_ms <= run.start < end_ms and run.end - run.start >= SHORTEST_MS:
                    found[device].append(run)
    return found


def counted_time(run: Run) -> Interval:
    """The part of a run that counts."""
    return run.start, min(run.end, run.start + LONGEST_MS)
