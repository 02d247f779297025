"""Visitors of a VR venue: who puts a headset on, for how long, and how often it is taken off in between.

Most of it is drawn; on each zone's first installation and first open day stand the edges of the rules instead.
"""

import random
from collections.abc import Iterator

from simulators.city import City, Row, Speaker
from simulators.civil import HOUR_MS, MINUTE_MS, SECOND_MS, day_of, start_ms
from simulators.hours import opening_hours
from simulators.household import Said, Utterance

CONTENT = ("deep-sea", "fire-escape", "bay-2035", "quake-drill", "red-boat")
NIGHT_UNTIL_MS = 7 * HOUR_MS
HEADSETS = ("HMD_STANDALONE", "HMD_TETHERED", "AR_GLASSES")


def venue_life(city: City, place: str, speaker: Speaker) -> Iterator[tuple[Speaker, Said]]:
    """The sessions of one installation over the city's days; none that would begin before or end after them."""
    venue, zone, code = place.split("/")
    installation = next(
        i for i in city.collections["installations"] if (i["venue"], i["zone"], i["code"]) == (venue, zone, code)
    )
    first_of_zone = next(i for i in city.collections["installations"] if (i["venue"], i["zone"]) == (venue, zone))
    openings = list(opening_hours(city, place))
    shows_edges = installation is first_of_zone
    said = list(_sessions(city, installation, openings, shows_edges=shows_edges))
    _crowd(installation, said)
    first_ms, until_ms = start_ms(city.first_day), start_ms(city.until)
    for ts, session in said:
        if first_ms <= ts and ts + int(str(session["duration_s"])) * SECOND_MS <= until_ms:
            yield speaker, (ts, session)


def _sessions(city: City, installation: Row, openings: list[tuple[int, int]], *, shows_edges: bool) -> Iterator[Said]:
    place = f"{installation['venue']}/{installation['zone']}/{installation['code']}"
    for number, (opens, closes) in enumerate(openings):
        chance = city.random("visitors", place, str(opens))
        if shows_edges and day_of(opens) == day_of(openings[0][0]):
            yield from _edges(opens, closes)
        elif installation["vr_device_kind"] in HEADSETS:
            yield from _staff(opens, chance, number)
            yield from _headset_visits(opens, closes, chance)
        else:
            yield from _shows(opens, closes, installation["seats"], chance)


def _headset_visits(opens: int, closes: int, chance: random.Random) -> Iterator[Said]:
    """Visitors one after the other; some take the headset off and on again, some only try it."""
    at = opens + _seconds(chance.expovariate(1 / 900))
    while at < closes:
        content = None if chance.random() < 0.05 else chance.choice(CONTENT)
        parts = chance.choice((2, 3)) if chance.random() < 0.25 else 1
        for part in range(parts):
            length_s = max(3, round(_stay_s(chance) / parts))
            completed = part == parts - 1 and chance.random() < 0.6
            yield at, _session(length_s, content, completed=completed, headcount=2 if chance.random() < 0.01 else None)
            at += length_s * SECOND_MS + _seconds(chance.uniform(3, 60))
        by_night = (at - start_ms(day_of(at))) < NIGHT_UNTIL_MS
        at += _seconds(61 + chance.expovariate(1 / (8_000 if by_night else 800)))


def _shows(opens: int, closes: int, seats: int, chance: random.Random) -> Iterator[Said]:
    """A show every half hour for a group; some break off and begin again at once, some go uncounted."""
    for at in range(opens + 10 * MINUTE_MS, closes, 30 * MINUTE_MS):
        if chance.random() < 0.25:
            continue
        content = chance.choice(CONTENT)
        headcount = None if chance.random() < 0.12 else chance.randint(1, seats)
        if chance.random() < 0.1:
            yield at, _session(240, content, completed=False, headcount=headcount)
            yield at + 280 * SECOND_MS, _session(600, content, completed=True, headcount=chance.randint(1, seats))
        else:
            yield at, _session(chance.randrange(480, 900), content, completed=True, headcount=headcount)


def _staff(opens: int, chance: random.Random, number: int) -> Iterator[Said]:
    """Before opening the staff tries the headset, mostly marked as a test; a zone that never closes has no before."""
    if opens != start_ms(day_of(opens)) and chance.random() < 0.5:
        session = _session(90 + number, "deep-sea", completed=True)
        yield opens - 20 * MINUTE_MS, session | ({"test": True} if chance.random() < 0.7 else {})


def _edges(opens: int, closes: int) -> Iterator[Said]:
    """Sessions that lie exactly on the rules' limits."""
    minute = MINUTE_MS
    yield opens - minute, _session(50, "deep-sea", completed=True)  # before opening, and too short
    yield opens, _session(60, "deep-sea", completed=True)  # the first second, and just long enough
    yield opens + 5 * minute, _session(59, "deep-sea", completed=True)  # one second too short
    yield opens + 10 * minute, _session(30, "red-boat", completed=False)
    yield opens + 10 * minute + 90_000, _session(30, "red-boat", completed=True)  # 60 s later: one use of 120 s
    yield opens + 15 * minute, _session(30, "red-boat", completed=False)
    yield opens + 15 * minute + 91_000, _session(30, "red-boat", completed=True)  # 61 s later: two, both too short
    yield opens + 20 * minute, _session(70, "red-boat", completed=True)
    yield opens + 20 * minute + 80_000, _session(70, "red-boat", completed=True)  # the earlier was completed: two uses
    yield opens + 25 * minute, _session(70, "red-boat", completed=False)
    yield opens + 25 * minute + 80_000, _session(70, "deep-sea", completed=True)  # other content: two uses
    yield opens + 30 * minute, _session(4000, None, completed=False)  # overlong: cut to an hour, one use
    yield closes - SECOND_MS, _session(55, "quake-drill", completed=False)
    yield closes + 90 * SECOND_MS, _session(200, "quake-drill", completed=True)  # 36 s later: one use, begun in time
    yield closes + 10 * minute, _session(300, "bay-2035", completed=True)  # begun after closing


def _crowd(installation: Row, said: list[Said]) -> None:
    """Once per dome there are more people in it than it has seats."""
    if installation["vr_device_kind"] == "CAVE_DOME" and said:
        said[len(said) // 2][1]["headcount"] = installation["seats"] + 3


def _session(length_s: int, content: str | None, *, completed: bool, headcount: int | None = None) -> Utterance:
    session: Utterance = {"kind": "session", "duration_s": length_s, "completed": completed}
    if content is not None:
        session["content"] = content
    if headcount is not None:
        session["headcount"] = headcount
    return session


def _stay_s(chance: random.Random) -> float:
    """How long a visitor stays: some seconds to try it, some minutes, rarely more than an hour."""
    kind = chance.random()
    if kind < 0.08:
        return chance.uniform(4, 59)
    if kind > 0.985:
        return chance.uniform(3_601, 5_000)
    return 60 + chance.expovariate(1 / 240)


def _seconds(value: float) -> int:
    return round(value) * SECOND_MS
