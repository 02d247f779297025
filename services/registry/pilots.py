"""What a pilot must have to move on, and how its state follows that of its phases."""

from collections.abc import Iterator

import msgspec

from services.registry.collection import Entity
from services.registry.lifecycles import FOLLOWS_ITS_PHASES, furthest_of_all
from services.registry.refusal import Fault, fault, pointer
from services.registry.store import Store
from shared.contracts.registry import Phase, Pilot
from shared.contracts.registry_evidence import Selection


def is_complete(store: Store, pilot: Pilot) -> Iterator[Fault]:
    """What a pilot lacks to be submitted: the code that makes phases of one estate one project, and a phase."""
    if pilot.registration_code is None:
        yield fault(pointer("state"), "conflicting", "rule.step_needs_field", field="registration_code")
    if not phases_of(store, pilot.slug):
        yield fault(pointer("state"), "conflicting", "rule.step_needs_phase")


def has_a_selection(store: Store, pilot: Pilot) -> Iterator[Fault]:
    """Whether a selection document in force has been verified; without one nothing is selected."""
    papers = store.beside("selection", ("pilot",), {(pilot.slug,)})
    if not any(isinstance(paper, Selection) and paper.verified_by and not paper.withdrawn_on for paper in papers):
        yield fault(pointer("state"), "conflicting", "rule.step_needs_selection")


def follow(store: Store, moved: Entity) -> None:
    """Let a selected pilot be where its phases are, after it or one of them has moved."""
    if not isinstance(moved, Pilot | Phase):
        return
    slug = moved.slug if isinstance(moved, Pilot) else moved.pilot
    stored = store.known("pilot", {slug})[slug]
    assert isinstance(stored.row, Pilot)
    state = furthest_of_all(phases_of(store, slug))
    if stored.row.state in FOLLOWS_ITS_PHASES and state != stored.row.state:
        since = max(day for day in (moved.state_from, stored.row.state_from) if day is not None)
        after = msgspec.structs.replace(stored.row, state=state, state_from=since, state_reason=None)
        store.replace("pilot", slug, stored, after)


def phases_of(store: Store, pilot: str) -> list[Phase]:
    """The phases of a pilot."""
    return [row for row in store.beside("phase", ("pilot",), {(pilot,)}) if isinstance(row, Phase)]
