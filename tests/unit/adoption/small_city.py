"""A small city as the registry's change feed tells it."""

import json
from datetime import date
from typing import Any

from shared.contracts.registry import Change
from tests.unit.adoption.homes import bound, home
from tests.unit.adoption.venues import venue
from tests.unit.adoption.world import Json

NAMES = {
    "vendors": ("organisation", "{slug}"),
    "pilots": ("pilot", "{slug}"),
    "phases": ("phase", "{pilot}/{number}"),
    "dwellings": ("dwelling", "{pilot}/{dwelling_ref}"),
    "slots": ("slot", "{pilot}/{dwelling_ref}/{code}"),
    "venues": ("venue", "{slug}"),
    "zones": ("zone", "{venue}/{code}"),
    "installations": ("installation", "{venue}/{zone}/{code}"),
    "devices": ("device", "{vendor}/{device}"),
    "bindings": ("binding", "{vendor}/{device}/{valid_from}"),
    "selections": ("selection", "{pilot}/{code}"),
    "legal_bases": ("legal_basis", "{pilot}/{code}"),
    "occupancies": ("occupancy", "{pilot}/{dwelling_ref}/{month}"),
    "tenancies": ("tenancy", "{pilot}/{dwelling_ref}/{number}"),
    "feed_bindings": ("feed_binding", "{vendor}/{device}/{valid_from}"),
    "outages": ("outage", "{vendor}/{feed}/{from_ms}"),
    "venue_entries": ("venue_entry", "{code}"),
    "venue_counts": ("venue_count", "{venue}/{zone}/{period}/{method}"),
    "closures": ("closure", "{code}"),
}


def changes(plain: Json) -> list[Change]:
    """The change feed of a registry that has made a plain city."""
    found: list[Change] = []
    organisation = {"uscc": "x", "name": "x", "roles": ["VENDOR"]}
    plain = plain | {"vendors": [organisation | {"slug": vendor} for vendor in plain["vendors"]]}
    for name, (entity, key) in NAMES.items():
        for thing in plain.get(name, []):
            after = json.loads(json.dumps(dated(thing), default=str))
            made = Change(len(found) + 1, "t", "k", entity, key.format(**thing), 1, None, after, "", "")
            found.append(made)
    return found


def dated(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(name) if isinstance(name, date) else name: dated(inner) for name, inner in value.items()}
    return [dated(inner) for inner in value] if isinstance(value, list) else value


def small_city() -> Json:
    """Two slots in a pilot of nanshan, one of them heard, and a headset in a museum of futian."""
    plain = venue()
    slots = home([bound("lamp", date(2024, 2, 1))])
    for name in ("pilots", "dwellings", "slots"):
        plain[name] = slots[name]
    plain["slots"].append(plain["slots"][0] | {"code": "b"})
    plain["bindings"] += slots["bindings"]
    plain["devices"].append({"vendor": "acme", "device": "lamp"})
    return plain
