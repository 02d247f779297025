"""H1, pilots selected: distinct pilots with a selection document verified by another person. Source: policy 4.2, 7.1.

The state at t1 is that of the last day before it: a document issued or withdrawn on t1 is not yet so.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from services.adoption.definitions import SELECTED
from services.adoption.figures.city import City, verified
from services.adoption.figures.counted import Counted, Coverage, Part, Ratio, Row, Window
from services.adoption.figures.known import KnownFacts
from services.adoption.figures.scopes import Scope, holds_pilot
from shared.contracts.registry_evidence import Selection

_COUNTS = "selected"


class _Pilot(NamedTuple):
    slug: str
    why: str
    paper: Selection | None


def count(city: City, _: KnownFacts, scope: Scope, window: Window) -> Counted:
    """Count the pilots selected at the window's end; facts have no say in it."""
    papers: dict[str, list[Selection]] = {}
    for paper in sorted(city.entities.selections.values(), key=lambda paper: (paper.issued_on, paper.code)):
        papers.setdefault(paper.pilot, []).append(paper)
    pilots = [
        _judge(slug, papers.get(slug, ()), window.end)
        for slug, pilot in city.entities.pilots.items()
        if holds_pilot(scope, pilot)
    ]
    selected = [pilot for pilot in pilots if pilot.why == _COUNTS]

    def rows(part: Part) -> list[Row]:
        shown = {"numerator": selected, "denominator": [], "removed": [p for p in pilots if p.why != _COUNTS]}
        return [_row(pilot) for pilot in shown[part]]

    return Counted(
        total=Ratio(len(selected), None),
        observed=Ratio(len(selected), None),
        coverage=Coverage(SELECTED.coverage_unit, len(pilots), len(pilots)),
        removed=Counter(pilot.why for pilot in pilots if pilot.why != _COUNTS),
        applicable=scope.kind in ("programme", "district") or bool(pilots),
        rows=rows,
        inputs=map(_input, pilots),
    )


def _judge(slug: str, papers: Sequence[Selection], t1: date) -> _Pilot:
    """A pilot by its first document that counts, else by what is nearest to counting, in the definition's order."""
    found: dict[str, Selection] = {}
    for paper in papers:
        found.setdefault(_why(paper, t1), paper)
    for why in (_COUNTS, *SELECTED.exclusions):
        if why in found:
            return _Pilot(slug, why, found[why])
    return _Pilot(slug, "undocumented", None)


def _why(paper: Selection, t1: date) -> str:
    if paper.issued_on >= t1:
        return "not_yet_issued"
    if not verified(paper):
        return "unverified"
    return "withdrawn" if paper.withdrawn_on is not None and paper.withdrawn_on < t1 else _COUNTS


def _row(pilot: _Pilot) -> Row:
    paper = pilot.paper
    return Row(pilot.why, site=pilot.slug, document=f"{paper.pilot}/{paper.code}" if paper else None)


def _input(pilot: _Pilot) -> list[object]:
    paper = pilot.paper
    return ["pilot", pilot.slug, pilot.why, paper.code if paper else None, paper.sha256 if paper else None]
