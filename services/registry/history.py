"""What was done to one thing, change by change, and what held on a day; pure.

Two clocks: a change was *recorded* at a moment, and *holds* from a civil day: that to which the amendment that made it
was dated back; else the day from which on it says that a state holds, or on which it says that something was done
(``…_on``); else the day it was recorded. What was registered first has held ever since; of what was removed and came
again, what it came again with.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from shared.contracts.civil_time import date_from_day, day_of, ms_from_rfc3339
from shared.contracts.registry import Change
from shared.contracts.registry_amendment import Amendment, FieldChange


class Step(NamedTuple):
    """One change of one thing: when and by whom it was recorded, from when on it holds, and what it changed.

    ``amendment`` is the number of the amendment it put in force, if one.
    """

    version: int
    time: str
    actor: str
    holds_from: date | None
    amendment: int | None
    changes: list[FieldChange]


def steps(changes: Sequence[Change], amendments: Sequence[Amendment]) -> list[Step]:
    """The changes of one thing, in their order, as steps."""
    by_version = {made.made_version: made for made in amendments if made.made_version is not None}
    return [_step(change, by_version.get(change.version)) for change in changes]


def held_on(changes: Sequence[Change], amendments: Sequence[Amendment], day: date) -> Mapping[str, Any] | None:
    """What held on a civil day, by all that is known now: of each field, what was recorded last of what holds then.

    :returns: the entity as JSON; None if it was removed
    """
    if not changes or changes[-1].after is None:
        return None
    came = max(position for position, change in enumerate(changes) if change.before is None)
    held = dict(changes[came].after or {})
    for step in steps(changes[came + 1 :], amendments):
        if step.holds_from is not None and step.holds_from <= day:
            held |= {change.field: change.after for change in step.changes}
    return held


def _step(change: Change, amendment: Amendment | None) -> Step:
    changed = list(_differences(change))
    since = None if change.before is None else (amendment and amendment.effective_from) or _holds_from(change, changed)
    number = amendment.number if amendment else None
    return Step(change.version, change.time, change.actor, since, number, changed)


def _holds_from(change: Change, changed: Sequence[FieldChange]) -> date:
    recorded = date_from_day(day_of(ms_from_rfc3339(change.time)))
    told = [each.after for each in changed if each.field == "state_from"] or [
        each.after for each in changed if each.field.endswith("_on") and each.before is None
    ]
    return min([recorded, *(date.fromisoformat(day) for day in told if day is not None)])


def _differences(change: Change) -> Iterator[FieldChange]:
    before, after = change.before or {}, change.after or {}
    for field in dict.fromkeys((*before, *after)):
        if before.get(field) != after.get(field):
            yield FieldChange(field, before.get(field), after.get(field))
