"""The rules between rows of the whole city: one link, one district; a name means one device on a day."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

import msgspec

from services.registry.collection import Entity, Row, id_of, joined
from services.registry.entities import BY_ENTITY
from services.registry.placements import Dated, together
from services.registry.refusal import Fault, fault, pointer
from services.registry.store import Store
from shared.contracts.civil_time import day_from_date, rfc3339, start_of
from shared.contracts.registry import Binding, EntityName
from shared.contracts.registry_city import Funding, StartedProject, VenueCount, VenueEntry
from shared.contracts.registry_devices import DeviceAlias

_DEVICE, _ALIAS = ("vendor", "device"), ("vendor", "alias")
_HOUR_MS = 3_600_000


def started_project(store: Store, rows: Sequence[Row]) -> Iterator[Fault]:
    """A project and its pilot lie in one district."""
    linked = [(row.path, row.row.district, row.row.pilot) for row in rows if isinstance(row.row, StartedProject)]
    yield from _of_one_district(store, "pilot", linked)


def venue_entry(store: Store, rows: Sequence[Row]) -> Iterator[Fault]:
    """An entry and its venue lie in one district, and a venue stands in the register once."""
    entries = [(row.path, row.row) for row in rows if isinstance(row.row, VenueEntry)]
    yield from _of_one_district(store, "venue", [(path, entry.district, entry.venue) for path, entry in entries])
    venues = {(entry.venue,) for _, entry in entries if entry.venue is not None}
    owner = {joined(row, ("venue",)): joined(row, ("code",)) for row in store.beside("venue_entry", ("venue",), venues)}
    for path, entry in entries:
        if entry.venue is not None and (code := owner.setdefault(entry.venue, entry.code)) != entry.code:
            yield fault(pointer(*path, "venue"), "conflicting", "rule.venue_entered", venue=entry.venue, entry=code)


def funding(store: Store, rows: Sequence[Row]) -> Iterator[Fault]:
    """What a paper tells the funding of is a pilot or a venue."""
    papers = [(row.path, row.row.site) for row in rows if isinstance(row.row, Funding)]
    known = store.sites({site for _, site in papers})
    for path, site in papers:
        if site not in known:
            yield fault(pointer(*path, "site"), "unknown_reference", "detail.unknown_reference", entity="site", id=site)


def venue_count(store: Store, rows: Sequence[Row]) -> Iterator[Fault]:
    """What is counted has ended, and no visitor is counted twice: by the day, and by an hour of it."""
    counts = [(row.path, row.row) for row in rows if isinstance(row.row, VenueCount)]
    beside = {path: {_counted(count, period) for period in _periods_beside(count.period)} for path, count in counts}
    taken = set(store.known("venue_count", set().union(*beside.values())))
    taken |= {_counted(count, count.period) for _, count in counts}
    for path, count in counts:
        if _end_of(count.period) > store.now():
            yield fault(pointer(*path, "period"), "invalid_request", "rule.period_not_ended", period=count.period)
        if twice := sorted(beside[path] & taken):
            yield fault(pointer(*path, "period"), "conflicting", "rule.counted_twice", other=twice[0])


def _counted(count: VenueCount, period: str) -> str:
    return id_of(BY_ENTITY["venue_count"], msgspec.structs.replace(count, period=period))


def _periods_beside(period: str) -> list[str]:
    """The day of an hour, or the hours of a day."""
    day, _, hour = period.partition("T")
    return [day] if hour else [f"{day}T{hour:02}" for hour in range(24)]


def _end_of(period: str) -> str:
    day, _, hour = period.partition("T")
    hours = int(hour) + 1 if hour else 24
    return rfc3339(start_of(day_from_date(date.fromisoformat(day))) + hours * _HOUR_MS)


def device_alias(store: Store, rows: Sequence[Row]) -> Iterator[Fault]:
    """What is another's name on a day is bound nowhere on that day, and neither of the two has a third name."""
    aliases = [(row.path, row.row) for row in rows if isinstance(row.row, DeviceAlias)]
    names = {(alias.vendor, alias.alias) for _, alias in aliases}
    devices = {(alias.vendor, alias.device) for _, alias in aliases}
    bound = _by(_DEVICE, store.beside("binding", _DEVICE, names))
    renamed = _by(_DEVICE, store.beside("device_alias", _DEVICE, names))
    are_names = _by(_ALIAS, [*store.beside("device_alias", _ALIAS, devices), *(alias for _, alias in aliases)])
    for path, alias in aliases:
        name, device = (alias.vendor, alias.alias), (alias.vendor, alias.device)
        yield from _meets((*path, "alias"), "rule.alias_is_bound", "binding", alias, bound[name])
        yield from _meets((*path, "alias"), "rule.alias_of_alias", "device_alias", alias, renamed[name])
        yield from _meets((*path, "device"), "rule.alias_of_alias", "device_alias", alias, are_names[device])


def bound_by_its_own_name(store: Store, rows: Sequence[Row]) -> Iterator[Fault]:
    """What is another's name on a day is not bound on that day: its records would count in two places."""
    bindings = [(row.path, row.row) for row in rows if isinstance(row.row, Binding)]
    names = {(binding.vendor, binding.device) for _, binding in bindings}
    are_names = _by(_ALIAS, store.beside("device_alias", _ALIAS, names))
    for path, binding in bindings:
        place = (*path, "device" if path else "valid_to")  # a single one is one whose end is amended
        name = (binding.vendor, binding.device)
        yield from _meets(place, "rule.alias_is_bound", "device_alias", binding, are_names[name])


def _of_one_district(
    store: Store, field: str, linked: Iterable[tuple[tuple[int, ...], str, str | None]]
) -> Iterator[Fault]:
    linked = list(linked)
    sites = store.sites({slug for _, _, slug in linked if slug is not None})
    for path, district, slug in linked:
        if slug in sites and sites[slug].district != district:
            told = {"site": slug, "district": sites[slug].district}
            yield fault(pointer(*path, field), "conflicting", "rule.other_district", **told)


def _meets(
    place: tuple[int | str, ...], rule: str, entity: EntityName, row: Dated, others: Iterable[Dated]
) -> Iterator[Fault]:
    for other in others:
        if together(row, other):
            told = {"valid_from": other.valid_from, "valid_to": other.valid_to or "…"}
            yield fault(pointer(*place), "conflicting", rule, other=id_of(BY_ENTITY[entity], other), **told)


def _by(fields: tuple[str, ...], rows: Iterable[Entity]) -> dict[tuple[Any, ...], list[Dated]]:
    found: dict[tuple[Any, ...], list[Dated]] = defaultdict(list)
    for row in rows:
        if isinstance(row, Dated):
            found[tuple(getattr(row, name) for name in fields)].append(row)
    return found
