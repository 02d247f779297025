"""Small pilots with everything their figures depend on, generated: dates crowd at the window, times at edges."""

from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from tests.unit.adoption.cities import (
    DAYS,
    FIRST,
    VENDORS,
    agreeing,
    digest,
    midnight_ms,
    moments_in,
    received,
    shuffled_and_repeated,
    times,
    windows,
)
from tests.unit.adoption.world import Interval, Json, World, outage

CATEGORIES = ["LIGHTING", "LIGHTING", "SHADING", "ACCESS_LOCK", "GATEWAY", "LIFE_SAFETY", "ENVIRONMENT"]
TRIGGERS = ["local", "local", "app", "voice", "scene", "schedule", "linkage"]
DWELLINGS = ("ref-00000001", "ref-00000002")
DEVICES = [(vendor, f"d-{n}") for n, vendor in enumerate((*VENDORS, *VENDORS))]


def often(usual: Any, else_: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(st.just(usual), st.just(usual), else_)


def dates() -> st.SearchStrategy[date]:
    return st.integers(-2, DAYS).map(lambda n: FIRST + timedelta(days=n))


def ends() -> st.SearchStrategy[date | None]:
    return st.one_of(st.none(), st.none(), dates())


EARLY = FIRST - timedelta(days=40)


@st.composite
def pilots_with_homes(draw: Any) -> Json:
    slots = []
    for dwelling in DWELLINGS:
        for code in ("a", "b", "c")[: draw(st.integers(1, 3))]:
            slot = {"pilot": "xili", "dwelling_ref": dwelling, "code": code}
            slot |= {"category": draw(st.sampled_from(CATEGORIES))}
            slots.append(slot | {"installed_on": draw(often(EARLY, st.none() | dates())), "retired_on": draw(ends())})
    names = {"district": "nanshan", "housing_type": "OTHER", "funding_source": "MIXED"}
    return {name: [] for name in ("venues", "zones", "installations")} | {
        "vendors": VENDORS,
        "pilots": [{"slug": "xili", "name": "虚构甲"} | names, {"slug": "buji", "name": "虚构乙"} | names],
        "phases": [{"pilot": "xili", "number": n, "name": f"{n}期"} for n in (1, 2)],
        "dwellings": [
            {
                "pilot": "xili",
                "phase": n + 1,
                "dwelling_ref": ref,
                "handed_over_on": draw(often(EARLY, st.none() | dates())),
            }
            for n, ref in enumerate(DWELLINGS)
        ],
        "slots": slots,
        "devices": [draw(device(*name)) for name in DEVICES],
        "bindings": draw(moves(slots)),
        "selections": draw(selections()),
        "legal_bases": draw(legal_bases()),
        "occupancies": draw(occupancies()),
        "tenancies": draw(tenancies()),
        "feed_bindings": [b for name in DEVICES for b in draw(feed_bindings(*name))],
        "outages": draw(outages()),
    }


@st.composite
def device(draw: Any, vendor: str, name: str) -> Json:
    interval = draw(st.sampled_from([None, 1, 30, 60, 61, 300, 900, 901, 3600, 14_401, 100_000]))
    return {"vendor": vendor, "device": name, "reporting_interval_s": interval}


@st.composite
def moves(draw: Any, slots: list[Json]) -> list[Json]:
    """Slots swap devices and devices move between slots; of a slot and of a device one binding at a time."""
    found: list[Json] = []
    for number, (vendor, name) in enumerate(DEVICES):
        home = slots[number % len(slots)]
        edges = sorted(draw(st.sets(st.integers(-3, DAYS), min_size=1, max_size=3)))
        for begins, stops in zip(edges, [*edges[1:], None], strict=True):
            slot = draw(st.sampled_from([home, home, *slots]))
            key = f"{slot['pilot']}/{slot['dwelling_ref']}/{slot['code']}"
            since = FIRST + timedelta(days=begins)
            until = None if stops is None else FIRST + timedelta(days=stops - draw(st.integers(0, 1)))
            binding = {"vendor": vendor, "device": name, "slot": key, "valid_from": since, "valid_to": until}
            if (until is None or since < until) and not any(overlap(binding, other) for other in found):
                found.append(binding)
    return found


def overlap(one: Json, other: Json) -> bool:
    never = date(9999, 1, 1)
    apart = one["valid_from"] >= (other["valid_to"] or never) or other["valid_from"] >= (one["valid_to"] or never)
    return bool(one["slot"] == other["slot"]) and not apart


def verifiers() -> st.SearchStrategy[str | None]:
    return st.sampled_from(["k2", "k2", "k1", None])


@st.composite
def selections(draw: Any) -> list[Json]:
    paper = {"document_no": "虚构〔2024〕1号", "title": "虚构", "sha256": "0" * 64, "recorded_by": "k1"}
    return [
        paper
        | {"pilot": draw(st.sampled_from(["xili", "buji"])), "code": f"p{n}", "issued_on": draw(dates())}
        | {"verified_by": draw(verifiers()), "withdrawn_on": draw(ends())}
        for n in range(draw(st.integers(0, 4)))
    ]


@st.composite
def legal_bases(draw: Any) -> list[Json]:
    paper = {"pilot": "xili", "basis": "CONSENT", "document_no": "x", "title": "x", "sha256": "0" * 64}
    return [
        paper
        | {"code": f"b{n}", "valid_from": draw(often(EARLY, dates())), "valid_to": draw(ends())}
        | {"recorded_by": "k1", "verified_by": draw(verifiers())}
        for n in range(draw(st.integers(0, 2)))
    ]


@st.composite
def occupancies(draw: Any) -> list[Json]:
    months = [(ref, month) for ref in DWELLINGS for month in ("2024-02", "2024-03", "2024-04")]
    told = draw(st.lists(st.sampled_from(months), unique=True))
    yes = st.sampled_from([True, True, False])
    return [{"pilot": "xili", "dwelling_ref": r, "month": m, "occupied": draw(yes)} for r, m in told]


@st.composite
def tenancies(draw: Any) -> list[Json]:
    found = []
    for number in range(draw(st.integers(0, 2))):
        since, until = draw(dates()), draw(ends())
        until = None if until is None else max(until, since + timedelta(days=1))
        asked = since + timedelta(days=draw(st.sampled_from([0, 0, 1, 2, DAYS])))  # within it, as the registry demands
        asked = asked if until is None else min(asked, until - timedelta(days=1))
        consent = draw(st.sampled_from(["GIVEN", "REFUSED", "WITHDRAWN"]))
        late = consent == "WITHDRAWN" and asked > since and draw(st.booleans())
        found.append(
            {"pilot": "xili", "dwelling_ref": draw(st.sampled_from(DWELLINGS)), "number": number}
            | {"valid_from": since, "valid_to": until, "consent": consent, "consent_from": asked}
            | {"given_from": asked - timedelta(days=1) if late else None}
        )
    return found


@st.composite
def feed_bindings(draw: Any, vendor: str, name: str) -> list[Json]:
    edges = sorted(draw(st.sets(st.integers(-2, DAYS), max_size=2)))
    return [
        {"vendor": vendor, "device": name, "feed": draw(st.sampled_from(["gw", "cloud"]))}
        | {"valid_from": FIRST + timedelta(days=begins)}
        | {"valid_to": None if stops is None else FIRST + timedelta(days=stops)}
        for begins, stops in zip(edges, [*edges[1:], None], strict=False)
    ]


@st.composite
def intervals(draw: Any) -> Interval:
    begins = draw(times())
    lengths = [1, 59_999, 60_000, 119_999, 59 * 60_000, 3_600_000, 3_600_001, 18 * 3_600_000, 2 * 86_400_000]
    return begins, begins + draw(st.sampled_from(lengths))


@st.composite
def outages(draw: Any) -> list[Json]:
    found = []
    for _ in range(draw(st.integers(0, 4))):
        begins, stops = draw(intervals())
        state = draw(st.sampled_from(["APPROVED", "APPROVED", "APPROVED", "DRAFT", "REJECTED"]))
        to_ms = draw(st.sampled_from([stops, stops, stops, None]))
        found.append(
            outage(draw(st.sampled_from(VENDORS)), draw(st.sampled_from(["gw", "cloud"])), begins, to_ms, state)
        )
    return list({(o["vendor"], o["feed"], o["from_ms"]): o for o in found}.values())


def own_outages() -> st.SearchStrategy[list[Interval]]:
    return st.lists(intervals(), max_size=2)


@st.composite
def records(draw: Any, vendor: str, name: str) -> list[Json]:
    found: list[Json] = []
    for _ in range(draw(st.integers(0, 5))):
        kind = draw(st.sampled_from(["heartbeat", "reading", "usage", "usage", "fault", "fault"]))
        ts = draw(times()) + draw(st.sampled_from([0, 0, -86_400_000, 7 * 3_600_000]))
        record = {"kind": kind, "vendor": vendor, "site": "xili", "device": name, "ts": ts}
        if kind not in ("heartbeat", "reading"):
            record["seq"] = draw(st.integers(0, 3))
        if kind == "usage":
            record["action"] = draw(st.sampled_from(["on", "off", "ack"]))
            record["trigger"] = draw(
                st.sampled_from(["local", "local", "app", "voice", "scene", "schedule", "linkage"])
            )
        if kind == "fault":
            record |= {"code": draw(st.sampled_from(["e-1", "e-2"])), "active": draw(st.booleans())}
        found.append(record | {"sha": digest(record), "received_ms": received(draw, ts)})
    for number, record in enumerate([r for r in found if r["kind"] == "fault"][:2]):
        if draw(st.booleans()):
            rival = {name: value for name, value in record.items() if name != "sha"} | {"active": not record["active"]}
            found.append(rival | {"sha": digest(rival), "received_ms": received(draw, rival["ts"])})
        if draw(st.booleans()):
            void = {name: record[name] for name in ("vendor", "device", "site")}
            void |= {"kind": "void", "ts": record["ts"] + 60_000, "seq": number}
            void |= {"of": {"kind": "fault", "ts": record["ts"], "seq": record["seq"]}}
            found.append(void | {"sha": digest(void), "received_ms": received(draw, void["ts"])})
    return found


@st.composite
def worlds(draw: Any) -> World:
    found = [record for name in DEVICES for record in draw(records(*name))]
    return draw(pilots_with_homes()), draw(shuffled_and_repeated(agreeing(found))), draw(own_outages())


@st.composite
def never_silent(draw: Any) -> tuple[World, tuple[date, date]]:
    """A world with one home more, whose lamp was used in the window, with an old fault that came late."""
    (city, found, own), window = draw(worlds()), draw(windows())
    home, lamp = {"pilot": "xili", "dwelling_ref": "ref-00000003"}, {"vendor": "acme", "device": "lamp"}
    city["dwellings"].append(home | {"phase": 1, "handed_over_on": EARLY})
    city["slots"].append(home | {"code": "a", "category": "LIGHTING", "installed_on": EARLY, "retired_on": None})
    city["devices"].append(lamp | {"reporting_interval_s": None})
    city["bindings"].append(lamp | {"slot": "xili/ref-00000003/a", "valid_from": EARLY, "valid_to": None})
    ts = draw(moments_in(window))
    usage = {"kind": "usage", **lamp, "site": "xili", "ts": ts, "seq": 0, "action": "on", "trigger": "app"}
    usage |= {"sha": digest(usage), "received_ms": received(draw, ts)}
    fault = {"kind": "fault", **lamp, "site": "xili", "ts": midnight_ms(EARLY) - 1, "seq": 0, "code": "e-1"}
    fault |= {"active": True}
    fault |= {"sha": digest(fault), "received_ms": received(draw, ts + 2 * 86_400_000)}
    return (city, [*found, fault, usage], own), window
