"""Something of every kind that has a lifecycle, brought to any state of it by different people, in one transaction."""

from collections import deque
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import msgspec

from services.registry.amending import amend
from services.registry.collection import id_of
from services.registry.entities import BY_ENTITY
from services.registry.lifecycles import LIFECYCLES, Edge
from services.registry.moving import Move, move
from services.registry.proposing import Proposal, propose
from services.registry.registering import register
from services.registry.rules import Row
from services.registry.store import Store
from shared.contracts.registry import EntityName
from shared.contracts.vocabulary import PHASE_STATES
from shared.runtime.auth import Principal
from tests.integration.registry_under_test import VENDOR, pilot, venue

LONG_AGO = date(2026, 1, 5)
DIGEST = "ab" * 32
PAPER = {"pilot": "garden", "code": "doc", "document_no": "示例〔2026〕1号", "title": "文件(虚构)", "sha256": DIGEST}
AMENDED = Proposal("phase", "garden/2", {"name": "二期甲"}, "更名")
ITEMS: dict[EntityName, str] = {
    "pilot": "garden",
    "phase": "garden/1",
    "slot": "garden/home-00001/lamp",
    "venue": "hall",
    "installation": "hall/main/dome",
    "selection": "garden/doc",
    "legal_basis": "garden/doc",
    "standard_reference": "garden/doc",
    "funding": "hall/doc",
    "outage": "acme/gw/1767225600000",
    "device": "acme/unseen",
    "swap": "acme/lamp/2026-01-05",
    "maintenance": "garden/home-00001/lamp/1767225600000",
    "scene": "port-vr",
    "amendment": "phase/garden/2/1",
    "document": "cd" * 32,
    "audit_case": "homes",
}


def somebody(role: str, who: str) -> Principal:
    """A person in a role who reaches everything the test's city has."""
    return Principal(who, who, role, ("nanshan", "futian"), ("acme",))


def registered(store: Store, entity: EntityName, caller: Principal, **row: Any) -> None:
    """Register one row."""
    collection = BY_ENTITY[entity]
    made = msgspec.convert({**collection.schema().load(row), **collection.given(caller.key)}, collection.kind)
    register(store, collection, [Row((0,), id_of(collection, made), made)], caller)


def _name_in_the_case(store: Store) -> None:
    """Name all who walk with an audit case, and whoever comes new; they have no keys, so no rule lets them in."""
    before = store.known("audit_case", {"homes"})["homes"]
    walkers = [f"walker-{edge.source}-{edge.target}" for edge in LIFECYCLES["audit_case"].edges]
    store.replace("audit_case", "homes", before, msgspec.structs.replace(before.row, named=["newcomer", *walkers]))


def build(store: Store, founder: Principal, *, helped: bool = True) -> None:
    """A pilot of two phases and a venue, registered by one person.

    ``helped``: another has accepted the second phase, and an amendment of it is pending.
    """
    for entity, row in _rows():
        registered(store, entity, founder, **row)
    vendor = somebody("vendor", founder.key)
    registered(store, "device", vendor, vendor="acme", device="unseen")
    registered(store, "swap", vendor, vendor="acme", device_out="lamp", on="2026-01-05", device_in="new", reason="LOSS")
    _name_in_the_case(store)
    amend(store, BY_ENTITY["pilot"], "garden", {"registration_code": "2026-440305-01"}, founder)
    outage = BY_ENTITY["outage"]
    amend(store, outage, ITEMS["outage"], {"to_ms": 1767229200000}, founder)
    amend(store, outage, ITEMS["outage"], {"evidence_title": "说明", "evidence_sha256": DIGEST}, founder)
    move(store, BY_ENTITY["phase"], "garden/2", Move("UNDER_CONSTRUCTION", LONG_AGO), founder)
    if not helped:
        return
    move(store, BY_ENTITY["phase"], "garden/2", Move("ACCEPTED", LONG_AGO), somebody("district_approver", "acceptor"))
    propose(store, AMENDED, founder)


def _rows() -> Iterator[tuple[EntityName, dict[str, Any]]]:
    yield "organisation", VENDOR
    yield "pilot", pilot("garden")
    yield from (("phase", {"pilot": "garden", "number": number, "name": "期"}) for number in (1, 2))
    yield "dwelling", {"pilot": "garden", "phase": 1, "dwelling_ref": "home-00001"}
    yield "slot", {"pilot": "garden", "dwelling_ref": "home-00001", "code": "lamp", "category": "LIGHTING"}
    yield "venue", venue("hall")
    yield "zone", {"venue": "hall", "code": "main", "name": "厅", "calendars": []}
    installation = {"venue": "hall", "zone": "main", "code": "dome"}
    yield "installation", installation | {"vr_device_kind": "CAVE_DOME", "presence_method": "TICKET_GATE", "seats": 9}
    yield "feed", {"vendor": "acme", "feed": "gw", "sites": ["garden"]}
    document = {"document_kind": "SELECTION", "title": "文件(虚构)", "media_type": "text/csv", "size_bytes": 1}
    yield "document", document | {"sha256": "cd" * 32, "site": "garden", "vendor": "acme"}
    case = {"code": "homes", "title": "专项审计", "sites": ["garden"]}
    yield "audit_case", case | {"period_from": "2026-01-01", "period_to": "2027-01-01"}
    yield "selection", PAPER | {"issued_on": "2026-01-05"}
    yield "legal_basis", PAPER | {"basis": "STATUTORY_DUTY", "valid_from": "2026-01-01"}
    yield "standard_reference", PAPER | {"standard": "标准(虚构)", "issued_on": "2026-01-05"}
    paper = {name: value for name, value in PAPER.items() if name != "pilot"}
    yield "funding", paper | {"site": "hall", "funding_source": "MIXED", "issued_on": "2026-01-05"}
    yield from (("device", {"vendor": "acme", "device": device}) for device in ("lamp", "new"))
    slot = "garden/home-00001/lamp"
    yield "binding", {"vendor": "acme", "device": "lamp", "slot": slot, "valid_from": "2026-01-01"}
    hours = {"from_ms": 1767225600000, "to_ms": 1767229200000}
    yield "maintenance", {"place": slot, "vendor": "acme", "reason": "固件升级", **hours}
    scene = {"slug": "port-vr", "name": "港口实训(虚构)", "district": "nanshan", "scene_type": "EDUCATION_TRAINING"}
    yield "scene", scene | {"funding_source": "SOCIAL_CAPITAL"}
    yield "outage", {"vendor": "acme", "feed": "gw", "from_ms": 1767225600000, "cause": "断电"}


def way(entity: EntityName, source: str, target: str) -> list[Edge]:
    """The shortest way between two states, by the declared edges."""
    ways: dict[str, list[Edge]] = {source: []}
    waiting = deque(ways)
    while target not in ways:
        here = waiting.popleft()
        for edge in LIFECYCLES[entity].edges:
            if edge.source == here and edge.target not in ways:
                ways[edge.target] = [*ways[here], edge]
                waiting.append(edge.target)
    return ways[target]


def bring(store: Store, entity: EntityName, state: str) -> None:
    """Bring the item of a kind to a state, each step by somebody new."""
    first = next(iter(LIFECYCLES[entity].states))
    if entity != "pilot":
        return walk(store, entity, first, state)
    move(store, BY_ENTITY["selection"], "garden/doc", Move("VERIFIED"), somebody("district_approver", "verifier"))
    if state not in (*PHASE_STATES, "EVALUATED", "CLOSED"):
        return walk(store, entity, first, state)
    walk(store, entity, first, "SELECTED")
    reached = state if state in PHASE_STATES else "IN_OPERATION"
    for number, begun in ((1, "PLANNED"), (2, "ACCEPTED")):
        if reached != "UNDER_CONSTRUCTION" or number == 1:
            walk(store, "phase", begun, reached, f"garden/{number}")
    return walk(store, entity, reached, state, since=date(2026, 2, 1))


def walk(store: Store, entity: EntityName, source: str, target: str, key: str = "", since: date = LONG_AGO) -> None:
    """Go the shortest way, a step a day."""
    for number, edge in enumerate(way(entity, source, target)):
        walker = somebody(edge.roles[0], f"walker-{edge.source}-{edge.target}")
        lifecycle, kind = LIFECYCLES[entity], BY_ENTITY[entity].kind
        marks = lifecycle.marks.get(edge.target, ())
        dated = "state_from" in kind.__struct_fields__ or any(name.endswith("_on") for name in marks)
        wanted = Move(edge.target, since + timedelta(days=number) if dated else None, "理由")
        move(store, BY_ENTITY[entity], key or ITEMS[entity], wanted, walker)
