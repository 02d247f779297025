"""What a pilot must have to move on, and how its state follows that of its phases."""

from collections.abc import Collection as Many, Iterator

import msgspec

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


def follow(store: Store, slugs: Many[str]) -> None:
    """Let pilots that were selected be where their phases are, after one of these or they have moved."""
    for slug, stored in store.known("pilot", slugs).items():
        assert isinstance(stored.row, Pilot)
        phases = phases_of(store, slug)
        state = furthest_of_all(phases)
        if stored.row.state in FOLLOWS_ITS_PHASES and state != stored.row.state:
            days = (stored.row.state_from, *(phase.state_from for phase in phases))
            since = max(day or store.today for day in days)  # since the last of them is
            after = msgspec.structs.replace(stored.row, state=state, state_from=since, state_reason=None)
            store.replace("pilot", slug, stored, after)


def phases_of(store: Store, pilot: str) -> list[Phase]:
    """The phases of a pilot."""
    return [row for row in store.beside("phase", ("pilot",), {(pilot,)}) if isinstance(row, Phase)]
