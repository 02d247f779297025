"""What a lifecycle is: states, and edges between them; pure."""

from collections.abc import Mapping
from datetime import date
from itertools import pairwise
from typing import NamedTuple

from shared.contracts.registry import EntityName


class Edge(NamedTuple):
    """A step from one state to another.

    ``other_person``: a judgement, for nobody who had a part in the thing; to judge it is no part in it.
    """

    source: str
    target: str
    roles: tuple[str, ...]
    other_person: bool = False
    needs_reason: bool = False


class Lifecycle(NamedTuple):
    """The states of one kind of entity, with their Chinese names; the first is where it starts.

    ``settled``: the states in which an edit is an amendment that another person approves. ``marks``, where the entity
    has no field ``state``: what is noted on arrival, a day (``…_on``) or who came (``…_by``); it is in the last state
    that is noted.
    """

    entity: EntityName
    states: Mapping[str, str]
    edges: tuple[Edge, ...]
    settled: frozenset[str] = frozenset()
    marks: Mapping[str, tuple[str, ...]] = {}

    @property
    def roles(self) -> tuple[str, ...]:
        """Everybody who may take any step."""
        return tuple(dict.fromkeys(role for edge in self.edges for role in edge.roles))

    def edge(self, source: str, target: str) -> Edge | None:
        """The step between two states, if there is one."""
        return next((edge for edge in self.edges if (edge.source, edge.target) == (source, target)), None)

    def out_of_order(self, row: object) -> tuple[str, date, date] | None:
        """The first day that is noted before the one of an earlier state: its field, it, and that one."""
        names = [name for fields in self.marks.values() for name in fields if name.endswith("_on")]
        days = [(name, day) for name in names if (day := getattr(row, name)) is not None]
        return next(((name, day, before) for (_, before), (name, day) in pairwise(days) if day < before), None)

    def targets(self, source: str) -> tuple[str, ...]:
        """Where one can go from a state."""
        return tuple(edge.target for edge in self.edges if edge.source == source)

    def state_of(self, row: object) -> str:
        """The state an entity is in."""
        if not self.marks:
            return str(row.state)  # type: ignore[attr-defined]
        reached = [state for state, fields in self.marks.items() if getattr(row, fields[0]) is not None]
        return reached[-1] if reached else next(iter(self.states))
