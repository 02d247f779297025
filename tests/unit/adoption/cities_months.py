"""Pilots over a winter and a leap day, generated: dates crowd at the edges of months and at minimums."""

from datetime import date, timedelta
from random import Random
from typing import Any

from hypothesis import strategies as st

from tests.unit.adoption.cities import VENDORS, agreeing, digest, midnight_ms, shuffled_and_repeated
from tests.unit.adoption.cities_homes import DEVICES, DWELLINGS, overlap, pilots_with_homes, verifiers
from tests.unit.adoption.world import Interval, Json, World, outage

EARLY, LATE = date(2023, 12, 1), date(2024, 4, 1)
A_YEAR_AGO = date(2023, 3, 1)  # 365 days before the leap day
ALL = [EARLY + timedelta(days=n) for n in range((LATE - EARLY).days)]
# Fifteen days of February are left from the 15th on, fifteen of March from the 17th on.
EDGES = [date(2023, 12, 20), date(2024, 1, 1), date(2024, 1, 18), date(2024, 2, 1), date(2024, 2, 15)]
EDGES += [
    date(2024, 2, 16),
    date(2024, 2, 29),
    date(2024, 3, 1),
    date(2024, 3, 16),
    date(2024, 3, 17),
    date(2024, 3, 18),
]
HOURS_MS = [0, 12 * 3_600_000, 86_400_000 - 1]
LASTING = [5, 1, 2, 3, 4, 15, 40]
LENGTHS_MS = [3_600_000, 3_599_999, 86_400_000, 4 * 86_400_000, 15 * 86_400_000, 40 * 86_400_000]


def dates() -> st.SearchStrategy[date]:
    return st.one_of(st.sampled_from(EDGES), st.sampled_from(ALL))


def ends() -> st.SearchStrategy[date | None]:
    return st.one_of(st.none(), st.none(), dates())


def windows() -> st.SearchStrategy[tuple[date, date]]:
    starts = [date(2024, 1, 1), date(2024, 1, 15), date(2024, 2, 1), date(2024, 2, 1), date(2024, 2, 2)]
    stops = [date(2024, 2, 29), date(2024, 3, 1), date(2024, 3, 1), date(2024, 3, 31), date(2024, 4, 1)]
    return st.tuples(st.sampled_from(starts), st.sampled_from(stops))


def mostly(usual: Any, else_: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(*[st.just(usual)] * 6, else_)


@st.composite
def pilots(draw: Any) -> Json:
    city: Json = draw(pilots_with_homes())
    for dwelling in city["dwellings"]:
        dwelling["handed_over_on"] = draw(mostly(draw(st.sampled_from([A_YEAR_AGO, EARLY])), st.none() | dates()))
    for slot in city["slots"]:
        slot |= {"category": draw(mostly(slot["category"], st.sampled_from(["HVAC_AIR", "LIGHTING"])))}
        slot |= {
            "installed_on": draw(mostly(draw(st.sampled_from([A_YEAR_AGO, EARLY])), st.none() | dates())),
            "retired_on": draw(mostly(None, ends())),
        }
        slot |= {"required": draw(mostly(True, st.booleans()))}
    city["bindings"] = draw(moves(city["slots"]))
    paper = {"pilot": "xili", "code": "b9", "basis": "CONSENT", "document_no": "x", "title": "x", "sha256": "0" * 64}
    paper |= {"valid_from": draw(mostly(EARLY, dates())), "valid_to": draw(mostly(None, ends()))}
    city["legal_bases"].append(paper | {"recorded_by": "k1", "verified_by": draw(mostly("k2", verifiers()))})
    months = [(ref, month) for ref in DWELLINGS for month in ("2024-01", "2024-02", "2024-03")]
    yes = mostly(True, st.sampled_from([False, None]))
    told = [{"pilot": "xili", "dwelling_ref": r, "month": m, "occupied": draw(yes)} for r, m in months]
    city["occupancies"] = [row for row in told if row["occupied"] is not None]
    city["tenancies"] = [row for ref in DWELLINGS for row in draw(tenancies(ref))]
    city["feed_bindings"] = [
        {"vendor": vendor, "device": name, "feed": "gw", "valid_from": draw(mostly(EARLY, dates()))}
        | {"valid_to": draw(mostly(None, st.just(LATE)))}
        for vendor, name in DEVICES
    ]
    city["outages"] = draw(outages())
    return city


@st.composite
def moves(draw: Any, slots: list[Json]) -> list[Json]:
    """Devices stay in a slot, move between slots, are swapped within one; of a slot one binding at a time."""
    found: list[Json] = []
    for number, (vendor, name) in enumerate(DEVICES):
        begins = [EARLY, *sorted(draw(st.sets(dates(), max_size=2)) - {EARLY})]
        for since, until in zip(begins, [*begins[1:], None], strict=True):
            slot = slots[number % len(slots)] if draw(st.booleans()) else draw(st.sampled_from(slots))
            key = f"{slot['pilot']}/{slot['dwelling_ref']}/{slot['code']}"
            binding = {"vendor": vendor, "device": name, "slot": key, "valid_from": since, "valid_to": until}
            if not any(overlap(binding, other) for other in found):
                found.append(binding)
    return found


@st.composite
def tenancies(draw: Any, ref: str) -> list[Json]:
    """One after another, of every consent."""
    begins = sorted({draw(mostly(EARLY, dates())), *draw(st.sets(dates(), max_size=1))})
    found = []
    for number, (since, following) in enumerate(zip(begins, [*begins[1:], None], strict=False)):
        until = following or draw(
            st.one_of(st.none(), st.none(), st.sampled_from([d for d in ALL if d > since] or [LATE]))
        )
        asked = since + timedelta(days=draw(st.sampled_from([0, 0, 0, 1, 14, 40])))
        asked = asked if until is None else min(asked, until - timedelta(days=1))
        word = {"consent": draw(mostly("GIVEN", st.sampled_from(["REFUSED", "WITHDRAWN"]))), "consent_from": asked}
        place = {"pilot": "xili", "dwelling_ref": ref, "number": number, "given_from": None}
        found.append(place | word | {"valid_from": since, "valid_to": until})
    return found


@st.composite
def outages(draw: Any) -> list[Json]:
    found = []
    for _ in range(draw(st.sampled_from([2, 3, 1, 0]))):
        state = draw(mostly("APPROVED", st.just("DRAFT")))
        begins, stops = draw(intervals())
        found.append(outage(draw(st.sampled_from(VENDORS)), "gw", begins, stops, state))
    return list({(o["vendor"], o["from_ms"]): o for o in found}.values())


@st.composite
def intervals(draw: Any) -> Interval:
    begins = midnight_ms(draw(dates())) + draw(st.sampled_from([6, 0, 5, 23])) * 3_600_000
    return begins, begins + draw(st.sampled_from(LENGTHS_MS))


@st.composite
def records(draw: Any, vendor: str, name: str) -> list[Json]:
    """Runs of days on which a device says something, each of its own trigger."""
    found: list[Json] = []
    for seq in range(draw(st.sampled_from([3, 1, 2, 4, 0]))):
        kind = draw(mostly("usage", st.just("heartbeat")))
        early = st.integers(0, 20).map(lambda n: ALL[n])
        first, at = draw(st.one_of(early, dates(), dates())), draw(st.sampled_from(HOURS_MS))
        said = {"action": draw(mostly("on", st.just("ack")))}
        said |= {"trigger": draw(st.sampled_from(["app", "local", "local", "scene", "schedule", "linkage"]))}
        for day in range(draw(st.sampled_from(LASTING))):
            ts = midnight_ms(first + timedelta(days=day)) + at
            record = {"kind": kind, "vendor": vendor, "site": "xili", "device": name, "ts": ts}
            record |= said | {"seq": seq} if kind == "usage" else {}
            found.append(record | {"sha": digest(record), "received_ms": ts})
    return found


def lived_in(city: Json, chance: Random) -> list[Json]:
    """One home more in a city, whose tenants use it from early on, with outages of its own; and what it says.

    Chance decides, not draws, which are mostly the simplest: here much must happen for anything to count.
    """

    def rarely(else_: Any, usual: Any) -> Any:
        return else_ if chance.random() < 0.15 else usual

    place, lamp = {"pilot": "xili", "dwelling_ref": "ref-00000003"}, {"vendor": "acme", "device": "lamp"}
    city["dwellings"].append(place | {"phase": 1, "handed_over_on": rarely(chance.choice(EDGES), EARLY)})
    slot = {"category": chance.choice(["LIGHTING", "SHADING", "HVAC_AIR"]), "required": True, "code": "a"}
    city["slots"].append(place | slot | {"installed_on": EARLY, "retired_on": rarely(chance.choice(EDGES), None)})
    since = {"valid_from": EARLY, "valid_to": None}
    city["bindings"].append(lamp | since | {"slot": "xili/ref-00000003/a"})
    city["devices"].append(lamp | {"reporting_interval_s": None})
    city["feed_bindings"].append(lamp | since | {"feed": "lamp"})
    silent = chance.choice(ALL)
    for number in range(chance.choice([0, 1, 3, 15, 60])):
        at = midnight_ms(silent + timedelta(days=number)) + 6 * 3_600_000
        city["outages"].append(outage("acme", "lamp", at, at + 3_600_000))
    consent = {"consent": "GIVEN", "consent_from": EARLY, "given_from": None}
    withdrawn = {"consent": "WITHDRAWN", "consent_from": chance.choice(EDGES), "given_from": EARLY}
    tenancy = place | since | rarely(withdrawn, consent) | {"number": 1}
    city["tenancies"].append(tenancy | {"valid_to": rarely(date(2024, 3, 10), None)})
    city["occupancies"] += [place | {"month": f"2024-0{n}", "occupied": rarely(False, True)} for n in (1, 2, 3)]
    begins = [ALL[chance.randrange(18)], *(chance.choice(EDGES + ALL) for _ in range(chance.choice([0, 1, 4, 6])))]
    begins += [silent] * chance.choice([0, 1])
    uses = {day + timedelta(days=n) for day in begins for n in range(chance.randrange(1, 8))}
    record = {"kind": "usage", **lamp, "site": "xili", "seq": 0, "action": "on"}
    found = []
    for day in sorted(uses):
        ts = midnight_ms(day) + chance.choice(HOURS_MS)
        found.append(record | {"ts": ts, "trigger": chance.choice(["app", "app", "schedule"]), "received_ms": ts})
    return [each | {"sha": digest(each)} for each in found]


@st.composite
def worlds(draw: Any) -> World:
    city = draw(pilots())
    found = [
        *lived_in(city, Random(draw(st.integers(0, 2**32)))),
        *(record for name in DEVICES for record in draw(records(*name))),
    ]
    own = draw(st.lists(intervals(), max_size=1))
    return city, draw(shuffled_and_repeated(agreeing(found))), own
