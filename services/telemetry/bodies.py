"""From what many batches left for RabbitMQ to a few AMQP messages: CloudEvents batches, presence merged. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import msgspec

from services.telemetry.model import Heard
from shared.contracts import events
from shared.contracts.civil_time import day_of, rfc3339

MAX_BODY_BYTES = 1_000_000
MAX_MINUTES = 20_000  # of one presence event: some 500 kB
_encode = msgspec.json.Encoder().encode


class Body(NamedTuple):
    """One AMQP message."""

    routing_key: str
    content: bytes


class _Site(NamedTuple):
    vendor: str
    site: str
    site_kind: events.SiteKind
    district: str
    day: int


def bodies(worker: str, batches: Iterable[tuple[Mapping[str, Sequence[bytes]], Sequence[Heard]]]) -> list[Body]:
    """The bodies for a run of batches, by routing key, in the order the events came."""
    by_key: dict[str, list[bytes]] = {}
    presence: dict[_Site, list[Heard]] = {}
    for events_by_key, heards in batches:
        for key, finished in events_by_key.items():
            by_key.setdefault(key, []).extend(finished)
        for heard in heards:
            site = _Site(heard.vendor, heard.site, heard.site_kind, heard.district, day_of(heard.received_ms))
            presence.setdefault(site, []).append(heard)
    for site, heards in presence.items():
        key = events.routing_key("presence", site.site_kind, site.district)
        by_key.setdefault(key, []).extend(_presence(worker, site, heards))
    return [Body(key, content) for key, finished in by_key.items() for content in contents(finished)]


def _presence(worker: str, site: _Site, heards: Sequence[Heard]) -> Iterator[bytes]:
    minutes: dict[str, set[int]] = {}
    for heard in heards:
        for device, came in heard.minutes.items():
            minutes.setdefault(device, set()).update(came)
    time = rfc3339(min(heard.received_ms for heard in heards))  # all of one civil day
    for part in _parts(minutes):
        data = events.PresenceData(site.vendor, site.site, part)
        yield _encode(events.PresenceEvent(events.presence_id(data), f"/workers/{worker}", time, data))


def _parts(minutes: Mapping[str, set[int]]) -> Iterator[dict[str, list[int]]]:
    part: dict[str, list[int]] = {}
    size = 0
    for device, came in minutes.items():
        if size and size + len(came) > MAX_MINUTES:
            yield part
            part, size = {}, 0
        part[device] = sorted(came)
        size += len(came)
    yield part


def contents(finished: Sequence[bytes]) -> Iterator[bytes]:
    """Finished events as CloudEvents batches of at most ``MAX_BODY_BYTES``, unless one alone is larger."""
    part: list[bytes] = []
    size = 0
    for event in finished:
        if part and size + len(event) > MAX_BODY_BYTES:
            yield b"[" + b",".join(part) + b"]"
            part, size = [], 0
        part.append(event)
        size += len(event) + 1
    yield b"[" + b",".join(part) + b"]"
