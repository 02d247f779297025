"""A household's days: waking, leaving, coming home, the evening, sleep; and what its devices measure meanwhile.

A routine is a list of steps: what is done to every device of a category, and by which triggers it may come about.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from simulators.city import City, Speaker
from simulators.civil import DAY_MS, HOUR_MS, MINUTE_MS, days_between, start_ms
from simulators.readings import READINGS

Utterance = dict[str, object]
Said = tuple[int, Utterance]

_Step = tuple[str, str, tuple[str, ...]]
ROUTINES: dict[str, tuple[_Step, ...]] = {
    "wake": (
        ("SHADING", "open", ("schedule", "voice", "local")),
        ("LIGHTING", "on", ("local", "linkage", "voice")),
        ("CONTROL_PANEL", "run", ("scene", "local")),
        ("HVAC_AIR", "set", ("schedule", "app")),
    ),
    "leave": (
        ("LIGHTING", "off", ("scene", "local")),
        ("CONTROL_PANEL", "run", ("scene", "local")),
        ("POWER_SOCKET", "off", ("scene", "app", "local")),
        ("HVAC_AIR", "off", ("scene", "linkage")),
        ("ACCESS_LOCK", "lock", ("local", "linkage")),
    ),
    "return": (
        ("ACCESS_LOCK", "unlock", ("local", "app")),
        ("LIGHTING", "on", ("local", "linkage", "scene")),
        ("HVAC_AIR", "on", ("app", "local", "linkage")),
        ("POWER_SOCKET", "on", ("local", "voice")),
    ),
    "evening": (
        ("LIGHTING", "set", ("voice", "app", "local")),
        ("HVAC_AIR", "set", ("voice", "app", "local")),
        ("CONTROL_PANEL", "run", ("local", "scene")),
    ),
    "sleep": (
        ("SHADING", "close", ("schedule", "scene", "voice")),
        ("LIGHTING", "off", ("scene", "voice", "local")),
        ("ACCESS_LOCK", "lock", ("schedule", "local")),
        ("POWER_SOCKET", "off", ("schedule", "app")),
    ),
}
ANSWER_MS = 1_500  # within which every device of a category has done what was asked
ALARMS = ("LIFE_SAFETY", "INTRUSION_PRESENCE")
_BY_ITSELF = {"schedule", "linkage"}


@dataclass(frozen=True, slots=True)
class _Habits:
    """When this household does what, in milliseconds after midnight, and whether anybody lives here."""

    wake: int
    leave: int
    back: int
    sleep: int
    lived_in: bool
    goes_out: float

    def moments(self, day: date, chance: random.Random) -> Iterator[tuple[str, int]]:
        """The day's routines and when they begin; later on weekends, and not everybody goes out every day."""
        later = HOUR_MS if day.weekday() >= 5 else 0
        yield "wake", self.wake + later + _about(chance, 12)
        if chance.random() < self.goes_out / (3 if later else 1):
            yield "leave", self.leave + later + _about(chance, 10)
            yield "return", self.back + _about(chance, 25)
        for _ in range(chance.randint(1, 4)):
            yield "evening", self.back + 90 * MINUTE_MS + _about(chance, 30)
        yield "sleep", self.sleep + _about(chance, 20)


def home_life(city: City, dwelling: str, speakers: list[Speaker]) -> Iterator[tuple[Speaker, Said]]:
    """What the dwelling's devices say beside heartbeats, day by day."""
    habits = _habits(city, dwelling)
    for day in days_between(city.first_day, city.until):
        chance = city.random("home", dwelling, day.isoformat())
        acted = list(_actions(habits, day, chance))
        for speaker in speakers:
            # Drawn per device: a device that falls silent leaves its neighbours' days as they were.
            own = city.random("device", speaker.vendor, speaker.device, day.isoformat())
            if not speaker.speaks_on(day):
                continue
            yield from ((speaker, said) for said in _usage(speaker, acted, own))
            yield from ((speaker, said) for said in _alarms(speaker, day, own, habits))
            yield from ((speaker, said) for said in _read(speaker, day, own))


def lived_in(city: City, dwelling: str) -> bool:
    """Whether anybody lives in the dwelling (``pilot/dwelling_ref``)."""
    return _habits(city, dwelling).lived_in


def _habits(city: City, dwelling: str) -> _Habits:
    _, ref = dwelling.split("/")
    row = next(d for d in city.collections["dwellings"] if d["dwelling_ref"] == ref)
    chance = city.random("habits", dwelling)
    wake = round(chance.gauss(6.8, 0.6) * HOUR_MS)
    return _Habits(
        wake=wake,
        leave=wake + 75 * MINUTE_MS,
        back=round(chance.gauss(18.3, 0.8) * HOUR_MS),
        sleep=round(chance.gauss(22.8, 0.5) * HOUR_MS),
        lived_in=chance.random() < 0.85 and "handed_over_on" in row,
        goes_out=chance.choice((0.3, 0.9, 0.9)),
    )


def _actions(habits: _Habits, day: date, chance: random.Random) -> Iterator[tuple[str, str, str, int]]:
    """(category, action, trigger, time) of everything done; an empty home runs its automations only."""
    for routine, moment in habits.moments(day, chance):
        for category, action, triggers in ROUTINES[routine]:
            trigger = chance.choice(triggers)
            at = start_ms(day) + moment + chance.randrange(8 * MINUTE_MS)
            done = chance.random() < 0.8 and (habits.lived_in or trigger in _BY_ITSELF)
            if done and at + ANSWER_MS <= start_ms(day) + DAY_MS:
                yield category, action, trigger, at


def _usage(speaker: Speaker, acted: list[tuple[str, str, str, int]], chance: random.Random) -> Iterator[Said]:
    for category, action, trigger, at in acted:
        if category == speaker.kind:
            yield at + chance.randrange(ANSWER_MS), {"kind": "usage", "action": action, "trigger": trigger}


def _alarms(speaker: Speaker, day: date, chance: random.Random, habits: _Habits) -> Iterator[Said]:
    """An alarm that a person acknowledges."""
    if habits.lived_in and speaker.kind in ALARMS and chance.random() < 0.03:
        ts = start_ms(day) + chance.randrange(DAY_MS)
        yield ts, {"kind": "usage", "action": "ack", "trigger": chance.choice(("local", "app"))}


def _read(speaker: Speaker, day: date, chance: random.Random) -> Iterator[Said]:
    if speaker.kind not in READINGS:
        return
    every_ms, measure = READINGS[speaker.kind]
    for ts in range(start_ms(day) + chance.randrange(every_ms), start_ms(day) + DAY_MS, every_ms):
        yield ts, {"kind": "reading", "values": measure(chance, (ts - start_ms(day)) / HOUR_MS)}


def _about(chance: random.Random, minutes: int) -> int:
    """A deviation of about so many minutes, never more than three times that."""
    return round(max(-3.0, min(3.0, chance.gauss(0, 1))) * minutes * MINUTE_MS)
