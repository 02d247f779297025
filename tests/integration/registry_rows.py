"""Rows of every collection in two districts and of two vendors; and whose each row is, in plain words.

A new collection needs a row in SEEDS: its rows, to whom they may be told, whose they are to write, what a new one
beside each is like, how one is changed, and what else may be done to one. The rules are those of the README, written
again: they know nothing of the registry's SQL.
"""

import hashlib
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from services.registry.entities import COLLECTIONS
from tests.integration.registry_under_test import OPERATOR, OTHER_VENDOR, VENDOR, RegistryUnderTest, pilot, venue

Row = Mapping[str, Any]
Scope = frozenset[str]  # districts and vendors: no word is both
Rule = Callable[[Row], Scope]  # a caller who has one of these is meant; who reaches everything, always
DISTRICT_OF = {"south-home": "nanshan", "south-hall": "nanshan", "field-home": "futian", "field-hall": "futian"}
EVERY_DISTRICT: Scope = frozenset({"nanshan", "futian", "luohu"})  # nothing lies in the third
BY_ENTITY = {str(collection.entity): collection for collection in COLLECTIONS}
NOTHING: Mapping[str, Any] = MappingProxyType({})
NOBODY: Scope = frozenset()
DIGEST = "ab" * 32
FREE_USCC = "91440300MA5G00001W"  # of no organisation here
_DAY: Row = {"valid_from": "2026-01-01"}
_LONG_AGO: Row = {"valid_from": "2020-01-01", "valid_to": "2020-02-01"}


class Move(NamedTuple):
    """What may be done to one besides changing it: the body, by its id; by which roles, if not all the operation's.

    ``of``: to which of the rows, by their ids.
    """

    body: Callable[[str], Any]
    roles: tuple[str, ...] = ()
    of: Callable[[str], bool] = lambda _: True


class Seed(NamedTuple):
    """Rows of a collection. ``sibling``: what is other in a new row that is as much theirs; ``patch``: a change.

    ``patch_of`` says it for a role that may not change the same; ``moves`` go by the last word of their address
    (``DELETE`` for that). ``proposal``: such a row is no body, but made from one that names something else, which may
    be hidden. ``before``: what must be done before the rows are registered. ``by``: a role of those who may register
    them; ``once``: again the same is refused. ``leads``: who registered a row leads it, and nobody else changes it.
    ``lines``: what is other in a line of a file, by the kind of import, where neither sibling nor patch says it.
    ``imported``: the kind of import by which the rows of some were registered, and which rows.
    """

    rows: tuple[Row, ...]
    told: Rule
    written: Rule
    sibling: Row
    patch: Row = NOTHING
    patch_of: Mapping[str, Row] = NOTHING
    moves: Mapping[str, Move] = NOTHING
    proposal: Callable[[Row], Row] | None = None
    before: Callable[[RegistryUnderTest], None] = lambda _: None
    by: str = "administrator"
    once: bool = False
    leads: bool = False
    lines: Mapping[str, Row] = NOTHING
    imported: tuple[str, Callable[[Row], bool]] | None = None

    def body(self, row: Row, **more: Any) -> Row:
        """What is sent to register a row."""
        return self.proposal({**row, **more}) if self.proposal else {**row, **more}


def moved(state: str, roles: tuple[str, ...] = (), of: Callable[[str], bool] = lambda _: True) -> Mapping[str, Move]:
    """The two operations of a lifecycle: where to from the state rows are in, and which roles may go there."""
    to = {"state": state, "reason": "按计划"}
    return {
        "state": Move(lambda _: to, roles, of),
        "states": Move(lambda key: [{"id": key, "version": None, **to}], roles, of),
    }


def _at(field: str) -> Rule:
    """The district of the pilot or venue that a field names; a place's id begins with it."""
    return lambda row: frozenset({DISTRICT_OF[row[field].partition("/")[0]]})


def _of_pilot(sibling: Row, *, patch: Row = NOTHING, moves: Mapping[str, Move] = NOTHING, **row: Any) -> Seed:
    """The same row in each pilot."""
    rows = tuple({"pilot": slug, **row} for slug in ("south-home", "field-home"))
    return Seed(rows, _at("pilot"), _at("pilot"), sibling, patch, moves=moves)


def _of_venue(
    sibling: Row,
    *,
    patch: Row = NOTHING,
    moves: Mapping[str, Move] = NOTHING,
    lines: Mapping[str, Row] = NOTHING,
    **row: Any,
) -> Seed:
    """The same row in each venue."""
    rows = tuple({"venue": slug, **row} for slug in ("south-hall", "field-hall"))
    return Seed(rows, _at("venue"), _at("venue"), sibling, patch, moves=moves, lines=lines)


def _of_each_district(sibling: Row, patch: Row, moves: Mapping[str, Move] = NOTHING, **row: Any) -> Seed:
    """The same row in each district, under a key of its own."""
    key = "slug" if sibling.keys() >= {"slug"} else "code"
    rows = tuple({**row, key: f"of-{district}", "district": district} for district in ("nanshan", "futian"))
    return Seed(rows, _of_district, _of_district, sibling, patch, moves=moves)


def _of_district(row: Row) -> Scope:
    return frozenset({row["district"]})


def _bound_at(row: Row) -> Scope:
    return _at("slot" if row.get("slot") else "installation")(row)


def _of_vendor(row: Row) -> Scope:
    return frozenset({row["vendor"]})


def _device_told(row: Row) -> Scope:
    bound = [_bound_at(each) for each in BINDINGS if (each["vendor"], each["device"]) == (row["vendor"], row["device"])]
    return _of_vendor(row).union(*bound)


def _feed_told(row: Row) -> Scope:
    return _of_vendor(row) | {DISTRICT_OF[site] for site in row["sites"]}


def _feed_written(row: Row) -> Scope:
    """A district's if all its sites are; a vendor's cloud, and a feed without sites, are the city's."""
    served = frozenset(DISTRICT_OF[site] for site in row["sites"])
    return served if len(served) == 1 and not row.get("vendor_cloud") else NOBODY


def _its_feed(row: Row) -> Row:
    return next(feed for feed in FEEDS if (feed["vendor"], feed["feed"]) == (row["vendor"], row["feed"]))


def _of_feed_told(row: Row) -> Scope:
    return _feed_told(_its_feed(row))


def _of_feed_written(row: Row) -> Scope:
    return _feed_written(_its_feed(row)) | _of_vendor(row)


def _proposal(row: Row) -> Row:
    of = f"{row['of']}{row.get('also', '')}"
    return {"entity": row["entity"], "of": of, "reason": row["reason"], "changes": {"valid_to": "2026-03-01"}}


def _verify_papers(made: RegistryUnderTest) -> None:
    another = made.caller("administrator")
    for slug in ("south-home", "field-home"):
        for code in ("verified", "verified-2"):
            answer = another.post(f"/v1/legal-bases/{slug}/{code}/state", {"state": "VERIFIED"})
            assert answer.status_code == 200, answer.text


def _maintained(row: Row) -> Scope:
    return _of_vendor(row) | _at("place")(row)


def _document_told(row: Row) -> Scope:
    site, vendor = row.get("site"), row.get("vendor")
    return (frozenset({DISTRICT_OF[site]}) if site else NOBODY) | (frozenset({vendor}) if vendor else NOBODY)


def _case_told(row: Row) -> Scope:
    return frozenset(row["districts"]).union(DISTRICT_OF[site] for site in row["sites"])


def _entry_told(row: Row) -> Scope:
    """Those concerned; but of what is confidential nobody is told."""
    if row.get("confidential"):
        return NOBODY
    return frozenset(row[name] for name in ("district", "vendor") if row.get(name))


def _paper_of(number: int) -> bytes:
    return f"设备,序列号\r\nlamp-{number},SN-{number}\r\n".encode()


CONTENTS: Mapping[str, bytes] = {  # of documents, by their SHA-256
    hashlib.sha256(content).hexdigest(): content for content in map(_paper_of, range(6))
}
_SHA256 = tuple(CONTENTS)
_BOXED = "boxed"  # the device that each vendor has registered by a file
DEVICES: tuple[Row, ...] = (
    {"vendor": "acme", "device": "lamp"},
    {"vendor": "bolt", "device": "lamp"},
    {"vendor": "acme", "device": "visor"},
    {"vendor": "acme", "device": "spare"},
    {"vendor": "bolt", "device": "spare"},
    {"vendor": "acme", "device": _BOXED},
    {"vendor": "bolt", "device": _BOXED},
)
BINDINGS: tuple[Row, ...] = (
    {"vendor": "acme", "device": "lamp", "slot": "south-home/home-00000/lamp", **_DAY},
    {"vendor": "bolt", "device": "lamp", "slot": "field-home/home-00000/lamp", **_DAY},
    {"vendor": "acme", "device": "visor", "installation": "field-hall/hall/seat", **_DAY},
)
FEEDS: tuple[Row, ...] = (
    {"vendor": "acme", "feed": "gw", "sites": ["south-home"]},
    {"vendor": "bolt", "feed": "gw", "sites": ["field-home", "field-hall"]},
    {"vendor": "acme", "feed": "both", "sites": ["south-home", "field-hall"]},
    {"vendor": "acme", "feed": "cloud", "sites": ["south-home"], "vendor_cloud": True},
    {"vendor": "bolt", "feed": "none", "sites": []},
)
_FEED_OF = {"acme/lamp": "gw", "bolt/lamp": "gw", "acme/visor": "both", "acme/spare": "cloud", "bolt/spare": "none"}
_PAPER: Row = {"code": "paper", "document_no": "1", "title": "文件", "sha256": DIGEST}
OFFICERS = ("administrator", "district_officer")
_EVIDENCE: Row = {"evidence_title": "值班记录", "evidence_sha256": DIGEST}
_DATES: Row = {"installed_on": "2026-02-01"}
APPROVERS = ("district_approver",)
_SOURCED: Row = {"source": "台账(虚构)", "source_sha256": DIGEST}
_DESIGN = [{"code": code, "category": "LIGHTING", "required": True} for code in ("lamp", "panel", "sensor")]
_SOUTH_OFFICE: Row = {"post": "南山区登记岗", "role": "district_officer", "districts": ["nanshan"]}
NEWCOMER, HEIR = "nanshan-desk", "nanshan-desk-2"  # one who is invited, and one who has a password

SEEDS: dict[str, Seed] = {  # in the order in which they can be registered
    "organisation": Seed(
        (VENDOR, OTHER_VENDOR, OPERATOR), lambda _: EVERY_DISTRICT, lambda _: NOBODY, {"slug": "new", "uscc": FREE_USCC}
    ),
    "pilot": Seed(
        (pilot("south-home", "nanshan"), pilot("field-home", "futian")),
        _of_district,
        _of_district,
        {"slug": "new"},
        {"name": "更名"},
        moves=moved("WITHDRAWN", OFFICERS),
    ),
    "phase": _of_pilot(
        {"number": 2}, number=1, name="一期", patch={"name": "首期"}, moves=moved("UNDER_CONSTRUCTION", OFFICERS)
    ),
    "layout": _of_pilot(
        {"code": "new"},
        code="type-a",
        name="户型",
        slots=_DESIGN,
        patch={"name": "甲户型"},
        moves={"slots": Move(lambda _: {})},
    )._replace(lines={"layouts": {"slots": "lamp 照明；panel 照明 选配"}}),
    "dwelling": _of_pilot(
        {"dwelling_ref": "home-00009"},
        dwelling_ref="home-00000",
        phase=1,
        layout="type-a",
        patch={"handed_over_on": "2026-02-01"},
    ),
    "slot": Seed(
        tuple(
            {"pilot": slug, "dwelling_ref": "home-00000", "category": "LIGHTING", **row}
            for slug in ("south-home", "field-home")
            for row in ({"code": "lamp"}, {"code": "panel", "installed_on": "2026-01-10"})
        ),
        _at("pilot"),
        _at("pilot"),
        {"code": "new"},
        _DATES,
        moves=moved("INSTALLED", OFFICERS, of=lambda key: key.endswith("/lamp")),
    ),
    "venue": Seed(
        (venue("south-hall", "nanshan"), venue("field-hall", "futian")),
        _of_district,
        _of_district,
        {"slug": "new"},
        {"name": "更名"},
        moves=moved("WITHDRAWN", OFFICERS),
    ),
    "zone": _of_venue(
        {"code": "new"},
        code="hall",
        name="体验区",
        calendars=[],
        patch={"calendars": [{"valid_from": "2026-01-01", "weekly": {}}]},
        lines={"calendars": {"valid_from": "2026-01-01", "mon": "09:00-17:00"}},
    ),
    "installation": _of_venue(
        {"code": "new"},
        zone="hall",
        code="seat",
        vr_device_kind="HMD_STANDALONE",
        presence_method="PROXIMITY_SENSOR",
        patch=_DATES,
        moves=moved("INSTALLED", OFFICERS),
    ),
    "device": Seed(
        DEVICES,
        _device_told,
        _of_vendor,
        {"device": "new"},
        moves=moved("RETIRED", ("administrator", "vendor"), of=lambda key: not key.endswith(("/lamp", "/visor"))),
        imported=("devices", lambda row: row["device"] == _BOXED),
    ),
    "binding": Seed(BINDINGS, _bound_at, _bound_at, _LONG_AGO, {"valid_to": "2026-03-01"}),
    "feed": Seed(
        FEEDS,
        _feed_told,
        _feed_written,
        {"feed": "new"},
        {"heartbeat_interval_s": 30},
        moves={"password": Move(lambda _: None)},
    ),
    "selection": _of_pilot(
        {"code": "new"},
        **_PAPER,
        issued_on="2026-01-01",
        patch={"withdrawn_on": "2026-03-01"},
        moves=moved("VERIFIED"),
    ),
    "legal_basis": Seed(
        tuple(
            {"pilot": slug, **_PAPER, **_DAY, "basis": "CONSENT", "code": code}
            for slug in ("south-home", "field-home")
            for code in ("paper", "verified", "verified-2")
        ),
        _at("pilot"),
        _at("pilot"),
        {"code": "new"},
        {"valid_to": "2026-03-01"},
        moves=moved("VERIFIED", of=lambda key: key.endswith("/paper")),
    ),
    "occupancy": _of_pilot(
        {"month": "2026-02"}, dwelling_ref="home-00000", month="2026-01", occupied=True, patch={"occupied": False}
    )._replace(imported=("occupancies", lambda _: True)),
    "tenancy": _of_pilot(
        {"number": 2, "consent_from": "2020-01-01", **_LONG_AGO},
        dwelling_ref="home-00000",
        number=1,
        consent="GIVEN",
        consent_from="2026-01-01",
        **_DAY,
        patch={"valid_to": "2026-03-01"},
    ),
    "feed_binding": Seed(
        tuple(
            {"vendor": vendor, "device": device, "feed": feed, **_DAY}
            for (vendor, _, device), feed in ((key.partition("/"), feed) for key, feed in _FEED_OF.items())
        ),
        _of_feed_told,
        _of_feed_written,
        _LONG_AGO,
        {"valid_to": "2026-03-01"},
    ),
    "outage": Seed(
        tuple(
            {"vendor": feed["vendor"], "feed": feed["feed"], "from_ms": 1_780_000_000_000, "cause": "停电"}
            for feed in FEEDS
        ),
        _of_feed_told,
        _of_feed_written,
        {"from_ms": 1_770_000_000_000},
        _EVIDENCE,
        patch_of={"service": {"to_ms": 1_780_000_600_000}},
        moves=moved("REJECTED"),
    ),
    "started_project": _of_each_district(
        {"code": "new"}, {"dwellings": 130}, name="项目(虚构)", dwellings=120, started_on="2026-01-05", **_SOURCED
    ),
    "venue_entry": Seed(
        tuple(
            {"code": slug, "name": "馆", "venue": slug, "source": "名录(虚构)", "source_on": "2026-01-01"}
            | {"district": DISTRICT_OF[slug], "venue_type": "SCIENCE_MUSEUM"}
            for slug in ("south-hall", "field-hall")
        ),
        _of_district,
        _of_district,
        {"code": "new", "venue": None},
        {"name": "更名"},
    ),
    "venue_count": _of_venue(
        {"period": "2026-01-03"},
        zone="hall",
        period="2026-01-02",
        method="FOOTFALL",
        count=12,
        **_SOURCED,
        patch={"count": 13},
        lines={"venue-counts": {"day": "2026-01-03"}},
    ),
    "closure": Seed(
        tuple(
            {"code": code, "name": "停业", "kind": "TYPHOON", "districts": districts, **_SOURCED}
            | {"valid_from": "2026-01-01", "valid_to": "2026-01-03"}
            for code, districts in (("everywhere", []), ("in-the-south", ["nanshan"]))
        ),
        lambda _: EVERY_DISTRICT,
        lambda _: NOBODY,
        {"code": "new"},
        {"cancelled": True},
    ),
    "standard_reference": _of_pilot(
        {"code": "new"},
        **_PAPER,
        standard="标准(虚构)",
        issued_on="2026-01-01",
        patch={"edition": "2024"},
        moves=moved("VERIFIED"),
    ),
    "funding": Seed(
        tuple({"site": site, **_PAPER, "funding_source": "MIXED", "issued_on": "2026-01-01"} for site in DISTRICT_OF),
        _at("site"),
        _at("site"),
        {"code": "new"},
        moves=moved("VERIFIED"),
    ),
    "scene": _of_each_district(
        {"slug": "new"},
        {"name": "更名"},
        moved("CLOSED", APPROVERS),
        name="实训(虚构)",
        scene_type="EDUCATION_TRAINING",
        funding_source="MIXED",
        organisation="carer",
    ),
    "device_alias": Seed(
        tuple(
            {"vendor": vendor, "alias": f"old-{device}", "device": device, **_DAY}
            for vendor, device in (("acme", "lamp"), ("bolt", "lamp"), ("acme", "visor"), ("acme", "spare"))
        ),
        _device_told,
        _of_vendor,
        {"alias": "new", "valid_from": "2099-01-01"},
        {"valid_to": "2099-06-01"},
    ),
    "reporting_interval": Seed(
        tuple(
            {"vendor": vendor, "device": device, "interval_s": 900, "valid_from": "2026-01-01", "reason": "补登记"}
            for vendor, device in (("acme", "lamp"), ("bolt", "lamp"), ("acme", "visor"), ("acme", "spare"))
        ),
        _device_told,
        _of_vendor,
        {"valid_from": "2099-01-01"},
    ),
    "swap": Seed(
        tuple(
            {"vendor": vendor, "device_out": "lamp", "on": "2026-02-01", "device_in": "spare", "reason": "FAULT"}
            for vendor in ("acme", "bolt")
        ),
        lambda row: _device_told({**row, "device": row["device_out"]}),  # it was in one place only
        lambda row: _device_told({**row, "device": row["device_out"]}),
        {"on": "2026-03-01"},
        {"reason": "UPGRADE"},
        moves=moved("REJECTED", (*OFFICERS, *APPROVERS)),
    ),
    "maintenance": Seed(
        tuple(
            {"place": bound.get("slot") or bound.get("installation"), "vendor": bound["vendor"], "reason": "固件升级"}
            | {"from_ms": 1_780_000_000_000, "to_ms": 1_780_003_600_000}
            for bound in BINDINGS
        ),
        _maintained,
        _maintained,
        {"from_ms": 1_770_000_000_000, "to_ms": 1_770_003_600_000},
        {"reason": "更换电池"},
        moves=moved("REJECTED", ("administrator", "programme_manager", *APPROVERS)),
    ),
    "document": Seed(
        tuple(
            {"sha256": sha256, "document_kind": "OTHER", "title": "材料(虚构)", "site": site, "vendor": vendor}
            for sha256, site, vendor in zip(
                _SHA256,
                ("south-home", "field-home", "south-home", None, None),
                (None, None, "acme", None, "bolt"),
                strict=False,
            )
        ),
        _document_told,
        _document_told,
        {"sha256": _SHA256[-1]},
        moves=moved("REMOVED", (*OFFICERS, "programme_manager", "vendor")),
    ),
    "audit_case": Seed(
        tuple(
            {"code": code, "title": "专项审计(虚构)", "sites": sites, "districts": districts}
            | {"period_from": "2026-01-01", "period_to": "2027-01-01"}
            for code, sites, districts in (
                ("homes", ["south-home"], []),
                ("field", [], ["futian"]),
                ("both", ["south-home", "field-hall"], []),
            )
        ),
        _case_told,
        lambda _: NOBODY,
        {"code": "new"},
        {"title": "更名"},
        moves={
            **moved("FIELDWORK"),
            "entries": Move(lambda _: {"kind": "OUTCOME", "text": "无异常"}),
            "samples": Move(lambda _: {"seed": "20261129", "size": 1}),
        },
        by="auditor",
        leads=True,
    ),
    "audit_entry": Seed(
        (
            {"audit_case": "homes", "number": 1, "kind": "FINDING", "district": "nanshan", "vendor": "acme"},
            {"audit_case": "homes", "number": 2, "kind": "LEAD", "confidential": True},
            {"audit_case": "homes", "number": 3, "kind": "FINDING", "confidential": True},
            {"audit_case": "field", "number": 1, "kind": "FINDING", "district": "futian"},
            {"audit_case": "both", "number": 1, "kind": "FINDING", "vendor": "bolt"},
        ),
        _entry_told,
        _entry_told,
        NOTHING,  # under an audit case's address they are written, not under their own
        moves={"replies": Move(lambda _: {"text": "已整改"}, of=lambda key: key != "homes/2")},
        by="auditor",
    ),
    "person": Seed(
        tuple({"login": login, **_SOUTH_OFFICE} for login in (NEWCOMER, HEIR)),
        lambda _: NOBODY,
        lambda _: NOBODY,
        {"login": "new"},
        {"post": "南山区核验岗"},
        moves={
            **moved("LOCKED"),
            "reset": Move(lambda _: None),
            "handover": Move(lambda _: {"to": HEIR}, of=lambda key: key == NEWCOMER),
        },
        once=True,
    ),
    "amendment": Seed(
        tuple(
            {"entity": "legal_basis", "of": f"{slug}/verified", "number": 1, "reason": "笔误"}
            for slug in ("south-home", "field-home")
        ),
        _at("of"),
        _at("of"),
        {"also": "-2"},
        moves=moved("WITHDRAWN", OFFICERS),
        proposal=_proposal,
        before=_verify_papers,
    ),
}


def id_of(entity: str, row: Row) -> str:
    """The id of a row."""
    return "/".join(str(row[field]) for field in BY_ENTITY[entity].key)
