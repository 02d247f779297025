"""What every speaker says, in the order it says it: heartbeats, then what homes and visitors add, numbered per device.

The stream follows from the city alone; how fast, in what order or how often it is sent changes none of it.
"""

from collections.abc import Iterable, Iterator
from itertools import groupby

from simulators import withdrawing
from simulators.city import City, Speaker
from simulators.civil import MINUTE_MS, day_of, start_ms
from simulators.hours import opening_hours
from simulators.household import Said, Utterance, home_life
from simulators.stream_record import SentRecord
from simulators.visitors import venue_life

ONLY = ("homes", "venues")
OFF_BEFORE_MS = 30 * MINUTE_MS
OFF_AFTER_MS = 15 * MINUTE_MS


def stream(city: City, heartbeat_minutes: int | None = None, only: str | None = None) -> Iterator[SentRecord]:
    """Every distinct record of the city's days, device by device.

    ``heartbeat_minutes`` replaces the reporting intervals that the city names; ``only`` is ``homes`` or ``venues``. A
    recorded city has neither.
    """
    if city.recorded:
        yield from (SentRecord(**line) for line in city.recorded)
        return
    venues = {venue["slug"] for venue in city.collections["venues"]}
    speakers = [s for s in city.speakers if only is None or (s.site in venues) == (only == "venues")]
    for place, group in groupby(speakers, key=lambda speaker: speaker.place):
        devices = list(group)
        at_venue = devices[0].site in venues
        life = venue_life(city, place, devices[0]) if at_venue else home_life(city, place, devices)
        said: dict[str, list[Said]] = {speaker.device: [] for speaker in devices}
        for speaker, utterance in life:
            said[speaker.device].append(utterance)
        for speaker in devices:
            beats = _heartbeats(city, speaker, heartbeat_minutes, at_venue=at_venue)
            voids = withdrawing.voids(city, speaker, said[speaker.device])
            yield from withdrawing.named(_numbered(city, speaker, [*beats, *said[speaker.device], *voids]))


def _heartbeats(city: City, speaker: Speaker, minutes: int | None, *, at_venue: bool) -> Iterator[Said]:
    """One at each interval of the device's own phase; a venue's devices are off while it is closed."""
    chance = city.random("heartbeats", speaker.vendor, speaker.device)
    interval_ms = minutes * MINUTE_MS if minutes else speaker.interval_s * 1000
    hours = list(opening_hours(city, speaker.place)) if at_venue else []
    first_ms, until_ms = start_ms(city.first_day), start_ms(city.until)
    for ts in range(first_ms + chance.randrange(interval_ms), until_ms, interval_ms):
        powered = chance.random() >= 0.003 and speaker.speaks_on(day_of(ts))
        on = not at_venue or any(opens - OFF_BEFORE_MS <= ts < closes + OFF_AFTER_MS for opens, closes in hours)
        if powered and on:
            yield ts, {"kind": "heartbeat"}


def _numbered(city: City, speaker: Speaker, said: Iterable[Said]) -> Iterator[SentRecord]:
    """Give the records ``seq``; one device in fifteen restarts once, counts from 0 again and says so by ``boot``."""
    ordered: list[Said] = sorted(said, key=lambda utterance: (utterance[0], utterance[1]["kind"]))
    chance = city.random("restarts", speaker.vendor, speaker.device)
    restart_at = chance.randrange(1, len(ordered)) if len(ordered) > 2 and chance.random() < 1 / 15 else None
    for number, (ts, fields) in enumerate(ordered):
        restarted = restart_at is not None and number >= restart_at
        counted: Utterance = {"ts": ts, "seq": number - restart_at if restarted and restart_at else number, **fields}
        if restarted:
            counted["boot"] = 1
        if speaker.test_only:
            counted["test"] = True
        yield SentRecord(speaker.site, speaker.vendor, speaker.feed, speaker.device, counted)
