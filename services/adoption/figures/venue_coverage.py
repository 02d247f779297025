"""V1, venue coverage: venues of the register with VR that is accepted and in service at t1 / venues of the register.

Without a register, only how many venues have it. Source: policy 4.3, 7.2 and 7.5.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import msgspec

from services.adoption.definitions import VENUE_COVERAGE
from services.adoption.figures.city import City, out_of_service
from services.adoption.figures.counted import Counted, Coverage, Part, Ratio, Row, Window
from services.adoption.figures.known import KnownFacts
from services.adoption.figures.scopes import Scope, VrPlace, holds_vr
from shared.contracts.registry import Installation
from shared.contracts.registry_city import VenueEntry

COVERED = "covered"


class _Place(NamedTuple):
    """A venue as the register has it, or one we know: whether it is covered, or why not."""

    venue: str | None
    entry: VenueEntry | None
    why: str


def count(city: City, _facts: KnownFacts, scope: Scope, window: Window) -> Counted:
    """Count the venues covered on the window's last day."""
    of_venue: dict[str, list[Installation]] = {slug: [] for slug in city.entities.venues}
    for installation in city.entities.installations.values():
        of_venue[installation.venue].append(installation)
    ours = {slug: _why(found, window) for slug, found in of_venue.items() if _holds(scope, city, slug)}
    entries = [entry for entry in city.entities.venue_entries.values() if _lists(scope, entry)]
    listed = [
        _Place(entry.venue, entry, _why(of_venue.get(entry.venue or "", []), window))
        for entry in entries
        if entry.source_on < window.end
    ]
    late = [_Place(entry.venue, entry, "not_yet_listed") for entry in entries if entry.source_on >= window.end]
    with_vr = [_Place(slug, None, why) for slug, why in ours.items() if why == COVERED]
    names = {entry.venue for entry in city.entities.venue_entries.values() if entry.source_on < window.end}
    counted = listed or with_vr
    covered = [place for place in counted if place.why == COVERED]
    total = Ratio(len(covered), len(listed) or None)

    def rows(part: Part) -> Iterable[Row]:
        of_part = {"numerator": covered, "denominator": listed, "removed": late}[part]
        return (_row(place) for place in of_part)

    return Counted(
        total=total,
        observed=total,
        coverage=Coverage(VENUE_COVERAGE.coverage_unit, len(counted), len(counted)),
        removed=Counter(place.why for place in late),
        applicable=bool(listed or ours),
        rows=rows,
        inputs=_inputs([*listed, *late], of_venue, ours),
        findings={"unlisted": sum(place.venue not in names for place in with_vr) if listed else 0},
        note=None if listed else "no_register",
    )


def _holds(scope: Scope, city: City, venue: str) -> bool:
    return holds_vr(scope, city, VrPlace("", "", venue, None))


def _lists(scope: Scope, entry: VenueEntry) -> bool:
    belongs_to = {
        "programme": None,
        "district": entry.district,
        "site": entry.venue or "",
        "venue_type": entry.venue_type,
    }
    return scope.kind in belongs_to and belongs_to[scope.kind] == scope.id


def _why(installations: Iterable[Installation], window: Window) -> str:
    found = "no_vr"
    for one in installations:
        if out_of_service(one, window.last) is not None:
            found = "not_in_service" if found == "no_vr" else found
        elif one.accepted_by is None or one.accepted_on is None or one.accepted_on > window.last:
            found = "not_accepted"
        else:
            return COVERED
    return found


def _row(place: _Place) -> Row:
    entry = place.entry
    return Row(
        why=place.why,
        site=place.venue,
        document=f"{entry.code}: {entry.source}, {entry.source_on}" if entry else None,
    )


def _inputs(
    places: list[_Place], of_venue: dict[str, list[Installation]], ours: dict[str, str]
) -> Iterator[list[object]]:
    for place in places:
        yield ["venue-entry", msgspec.to_builtins(place.entry)]
    for slug in sorted({*ours, *(place.venue for place in places if place.venue)}):
        yield ["venue", slug, [msgspec.to_builtins(one) for one in of_venue.get(slug, [])]]
