"""The city as one document: what the registry is told, and which devices speak.

A collection is an array of exactly the bodies that the registry's ``POST /v1/<collection>`` takes; posted in the order
of ``COLLECTIONS``, each finds what it refers to. Those of ``LATE_COLLECTIONS`` are posted later, if at all:
until then their records are parked. ``speakers`` is the simulator's own: a device without one never speaks.
``disturbances`` tells what goes wrong in the city's days by plan, so that a report can show its effect. ``recorded`` is
there in a city that was recorded, not drawn: all that its devices said.
"""

import hashlib
import json
import random
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

COLLECTIONS = (
    "organisations",
    "pilots",
    "phases",
    "dwellings",
    "slots",
    "venues",
    "zones",
    "installations",
    "devices",
    "bindings",
    "feeds",
    "feed_bindings",
    "tenancies",
    "occupancies",
    "legal_bases",
    "selections",
)
LATE_COLLECTIONS = ("late_devices", "late_bindings", "late_feed_bindings")

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Speaker:
    """A device that speaks through a feed about a site, from ``first_day`` until the day before ``until``.

    ``place`` is a dwelling's id or an installation's; ``kind`` its category or VR device kind.
    """

    vendor: str
    device: str
    feed: str
    site: str
    place: str
    kind: str
    interval_s: int
    first_day: str
    until: str
    test_only: bool = False

    def speaks_on(self, day: date) -> bool:
        """Whether the device speaks on this civil day."""
        return self.first_day <= day.isoformat() < self.until


@dataclass(frozen=True, slots=True)
class City:
    """A seeded city and the civil days [first_day, until) of its life."""

    seed: int
    first_day: date
    until: date
    collections: dict[str, list[Row]] = field(
        default_factory=lambda: {name: [] for name in COLLECTIONS + LATE_COLLECTIONS}
    )
    speakers: list[Speaker] = field(default_factory=list)
    disturbances: list[Row] = field(default_factory=list)
    recorded: list[Row] = field(default_factory=list)

    def random(self, *names: str) -> random.Random:
        """A source of chance that depends on the seed and the names alone, so no part disturbs another's draws."""
        return random.Random("/".join((str(self.seed), *names)))

    def lot(self, *names: str) -> float:
        """A number in [0, 1) that depends on the seed and the names alone: cheaper than a source for one draw."""
        digest = hashlib.blake2b("/".join((str(self.seed), *names)).encode(), digest_size=8).digest()
        return int.from_bytes(digest, "big") / 2**64

    def add(self, collection: str, **fields: Any) -> None:
        """Append a body; what is None is left out of it."""
        self.collections[collection].append({name: value for name, value in fields.items() if value is not None})

    def text(self) -> str:
        """The document, one row to a line; the same city always gives the same bytes."""
        head = {"seed": self.seed, "from": self.first_day.isoformat(), "to": self.until.isoformat()}
        parts = [f'"{name}": {json.dumps(value)}' for name, value in head.items()]
        parts += [f'"{name}": {_lines(rows)}' for name, rows in self.collections.items()]
        parts.append(f'"disturbances": {_lines(self.disturbances)}')
        if self.recorded:
            parts.append(f'"recorded": {_lines(self.recorded)}')
        parts.append(f'"speakers": {_lines([asdict(speaker) for speaker in self.speakers])}')
        return "{" + ",\n".join(parts) + "}\n"


def read_city(path: Path) -> City:
    """Read a document that :meth:`City.text` wrote."""
    document = json.loads(path.read_text(encoding="utf-8"))
    return City(
        seed=document["seed"],
        first_day=date.fromisoformat(document["from"]),
        until=date.fromisoformat(document["to"]),
        collections={name: document[name] for name in COLLECTIONS + LATE_COLLECTIONS},
        disturbances=document["disturbances"],
        recorded=document.get("recorded", []),
        speakers=[Speaker(**speaker) for speaker in document["speakers"]],
    )


def _lines(rows: list[Row]) -> str:
    return "[" + ",".join("\n" + json.dumps(row, ensure_ascii=False) for row in rows) + "]"
