"""H1, H6, H7 and H7a on generated pilots, against loops minute by minute over raw records."""

from collections import Counter
from collections.abc import Callable
from datetime import date
from typing import Any

from hypothesis import given, settings

from services.adoption.definitions import ACTIVE_HANDED_OVER, ACTIVE_OCCUPIED, ONLINE, SELECTED
from services.adoption.measure import Measured
from tests.unit.adoption import cities, cities_homes, oracle_homes
from tests.unit.adoption.world import Json, World, city_of, known, measure

Window = tuple[date, date]
HOMES: dict[str, Callable[[Json], bool]] = {
    "programme": lambda row: True,
    "district:nanshan": lambda row: True,
    "district:futian": lambda row: False,
    "site:xili": lambda row: True,
    "site:buji": lambda row: False,
    "phase:xili/2": lambda row: row["dwelling_ref"] == "ref-00000002",
    "dwelling:xili/ref-00000001": lambda row: row["dwelling_ref"] == "ref-00000001",
}
SLOTS: dict[str, Callable[[Json], bool]] = {
    **{scope: lambda row, holds=holds: holds(row["slot"]) for scope, holds in HOMES.items()},  # type: ignore[misc]
    "slot:xili/ref-00000001/a": lambda row: row["key"] == "xili/ref-00000001/a",
    "category:LIGHTING": lambda row: row["slot"]["category"] == "LIGHTING",
    "vendor:acme": lambda row: row["vendor"] == "acme",
    "device:acme/d-0": lambda row: (row["vendor"], row["device"]) == ("acme", "d-0"),
}


@settings(deadline=None, max_examples=cities.EXAMPLES)
@given(cities_homes.worlds(), cities.windows())
def test_every_figure_of_homes_is_what_loops_over_minutes_find_in_every_scope(world: World, window: Window) -> None:
    city, records, own = world
    slots = oracle_homes.slot_days(city, records, own, *window)
    dwellings = oracle_homes.dwelling_days(city, records, slots, *window)
    with known(records, own) as facts:
        indexed = city_of(city)
        for scope, holds in SLOTS.items():
            check_online(measure("H6", scope, window, indexed, facts), [row for row in slots if holds(row)], scope)
        for scope, holds in HOMES.items():
            mine = [row for row in dwellings if holds(row["dwelling"])]
            check_active(measure("H7", scope, window, indexed, facts), mine, False, scope)
            check_active(measure("H7a", scope, window, indexed, facts), mine, True, scope)
            check_selected(measure("H1", scope, window, indexed, facts), city, scope, window[1])


def check_online(result: Measured, rows: list[Json], scope: str) -> None:
    figure = result.figure
    exposed = [row for row in rows if not row["removed"]]
    exposure, unknown = 1440 * len(exposed), sum(row["unknown"] for row in exposed)
    online = sum(row["online"] for row in exposed)
    removed = Counter(row["removed"] for row in rows)
    assert figure.conservative[:2] == (online, exposure), scope
    assert figure.observed[:2] == (online, exposure - unknown), scope
    assert figure.coverage == ("slot-minute", exposure - unknown, exposure)
    assert figure.apart == {"healthy": sum(row["healthy"] for row in exposed)}, scope
    assert figure.removed == {why: removed[why] for why in ONLINE.exclusions}
    covered = 10 * (exposure - unknown) >= 9 * exposure
    assert figure.status == (None if exposure and covered else "INSUFFICIENT" if exposure else "NOT_APPLICABLE")
    for part, expected in (
        ("numerator", {(r["key"], r["day"], r["device"]): r["online"] for r in exposed if r["online"]}),
        ("denominator", {(r["key"], r["day"], r["device"]): 1440 for r in exposed}),
        ("removed", {(r["key"], r["day"], r["device"]): 1 for r in rows if r["removed"]}),
    ):
        found = result.rows(part)  # type: ignore[arg-type]
        assert {(row.slot, row.day, row.device): row.amount for row in found} == expected, scope
        assert (len(found), sum(row.amount for row in found)) == (len(expected), result.total(part))  # type: ignore[arg-type]


def check_active(result: Measured, rows: list[Json], vacant_too: bool, scope: str) -> None:
    figure = result.figure
    reasons = ["not_handed_over"] if vacant_too else list(ACTIVE_OCCUPIED.exclusions)
    counted = [row for row in rows if row["why"] not in reasons]
    active = [row for row in counted if row["active"]]
    clear = [row for row in counted if not row["affected"]]
    removed = Counter(row["why"] for row in rows)
    assert figure.conservative[:2] == (len(active), len(counted)), scope
    assert figure.observed[:2] == (sum(row["active"] for row in clear), len(clear)), scope
    assert figure.coverage == ("dwelling-day", len(clear), len(counted))
    assert figure.removed == {why: removed[why] for why in reasons}
    assert figure.apart == {name: sum(row[name] for row in counted) for name in ("any_use", "no_consent")}, scope
    covered = 10 * len(clear) >= 9 * len(counted)
    assert figure.status == (None if counted and covered else "INSUFFICIENT" if counted else "NOT_APPLICABLE")
    untold = not counted and not removed["vacant"] and removed["no_legal_basis"] + removed["not_reported"] > 0
    lower_bound, unlawful = ACTIVE_HANDED_OVER.notes["lower_bound"], ACTIVE_OCCUPIED.notes["no_lawful_occupancy"]
    assert figure.note == (lower_bound if vacant_too else unlawful if untold else None)
    parts: list[tuple[Any, list[Json]]] = [("numerator", active), ("denominator", counted)]
    parts.append(("removed", [row for row in rows if row["why"] in reasons]))
    for part, expected in parts:
        found = [(row.dwelling, row.day, row.amount) for row in result.rows(part)]
        wanted = [(f"xili/{row['dwelling']['dwelling_ref']}", row["day"], 1) for row in expected]
        assert sorted(found) == sorted(wanted), (scope, part)
        assert len(found) == result.total(part)


def check_selected(result: Measured, city: Json, scope: str, t1: date) -> None:
    kind, _, name = scope.partition(":")
    pilots = oracle_homes.h1(city, t1)
    if kind in ("phase", "dwelling") or name == "futian":
        pilots = {}
    elif kind == "site":
        pilots = {name: pilots[name]}
    selected = sorted(slug for slug, why in pilots.items() if why == "selected")
    removed = Counter(pilots.values())
    figure = result.figure
    applicable = kind not in ("phase", "dwelling")
    assert figure.conservative == figure.observed
    assert figure.conservative == (len(selected), None, len(selected) if applicable else None, None), scope
    assert figure.status == (None if applicable else "NOT_APPLICABLE")
    assert figure.removed == {why: removed[why] for why in SELECTED.exclusions}
    assert sorted(str(row.site) for row in result.rows("numerator")) == selected
    for row in result.rows("numerator"):
        paper = next(p for p in city["selections"] if f"{p['pilot']}/{p['code']}" == row.document)
        assert (paper["pilot"], paper["verified_by"]) == (row.site, "k2")
