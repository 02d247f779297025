"""A city with rows of every collection in two districts and of two vendors; and whose each row is, in plain words.

A new collection needs a row in SEEDS: its rows, to whom they may be told, whose they are to write, what a new one
beside each is like, how one is changed, and what else may be done to one. The rules are those of the README, written
again: they know nothing of the registry's SQL.
"""

import threading
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from services.registry.entities import COLLECTIONS
from services.registry.feed_accounts import BrokerAccounts
from tests.integration.databases import Databases
from tests.integration.registry_under_test import (
    OPERATOR,
    OTHER_VENDOR,
    VENDOR,
    Caller,
    RegistryUnderTest,
    pilot,
    registry,
    venue,
)

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
    be hidden. ``before``: what must be done before the rows are registered.
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

    def body(self, row: Row, **more: Any) -> Row:
        """What is sent to register a row."""
        return self.proposal({**row, **more}) if self.proposal else {**row, **more}


def moved(state: str, roles: tuple[str, ...] = (), of: Callable[[str], bool] = lambda _: True) -> Mapping[str, Move]:
    """The two operations of a lifecycle: where to from the state rows are in, and which roles may go there."""
    to = {"state": state, "reason": "按计划"}
    return {"state": Move(lambda _: to, roles, of), "states": Move(lambda key: [{"id": key, **to}], roles, of)}


def _at(field: str) -> Rule:
    """The district of the pilot or venue that a field names; a place's id begins with it."""
    return lambda row: frozenset({DISTRICT_OF[row[field].partition("/")[0]]})


def _of_pilot(sibling: Row, *, patch: Row = NOTHING, moves: Mapping[str, Move] = NOTHING, **row: Any) -> Seed:
    """The same row in each pilot."""
    rows = tuple({"pilot": slug, **row} for slug in ("south-home", "field-home"))
    return Seed(rows, _at("pilot"), _at("pilot"), sibling, patch, moves=moves)


def _of_venue(sibling: Row, *, patch: Row = NOTHING, moves: Mapping[str, Move] = NOTHING, **row: Any) -> Seed:
    """The same row in each venue."""
    rows = tuple({"venue": slug, **row} for slug in ("south-hall", "field-hall"))
    return Seed(rows, _at("venue"), _at("venue"), sibling, patch, moves=moves)


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
    return {"entity": row["entity"], "of": of, "reason": row["reason"], "changes": {"withdrawn_on": "2026-03-01"}}


def _verify_papers(made: RegistryUnderTest) -> None:
    another = made.caller("administrator")
    for slug in ("south-home", "field-home"):
        for code in ("verified", "verified-2"):
            answer = another.post(f"/v1/selections/{slug}/{code}/state", {"state": "VERIFIED"})
            assert answer.status_code == 200, answer.text


DEVICES: tuple[Row, ...] = (
    {"vendor": "acme", "device": "lamp"},
    {"vendor": "bolt", "device": "lamp"},
    {"vendor": "acme", "device": "visor"},
    {"vendor": "acme", "device": "spare"},
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
_FEED_OF = {"acme/lamp": "gw", "bolt/lamp": "gw", "acme/visor": "both", "acme/spare": "cloud"}
_PAPER: Row = {"code": "paper", "document_no": "1", "title": "文件", "sha256": DIGEST}
OFFICERS = ("administrator", "district_officer")
_EVIDENCE: Row = {"evidence_title": "值班记录", "evidence_sha256": DIGEST}
_DATES: Row = {"installed_on": "2026-02-01"}

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
    "dwelling": _of_pilot(
        {"dwelling_ref": "home-00009"}, dwelling_ref="home-00000", phase=1, patch={"handed_over_on": "2026-02-01"}
    ),
    "slot": _of_pilot(
        {"code": "new"},
        dwelling_ref="home-00000",
        code="lamp",
        category="LIGHTING",
        patch=_DATES,
        moves=moved("INSTALLED", OFFICERS),
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
    "device": Seed(DEVICES, _device_told, _of_vendor, {"device": "new"}),
    "binding": Seed(BINDINGS, _bound_at, _bound_at, _LONG_AGO, {"valid_to": "2026-03-01"}),
    "feed": Seed(
        FEEDS,
        _feed_told,
        _feed_written,
        {"feed": "new"},
        {"heartbeat_interval_s": 30},
        moves={"password": Move(lambda _: None)},
    ),
    "selection": Seed(
        tuple(
            {"pilot": slug, **_PAPER, "issued_on": "2026-01-01", "code": code}
            for slug in ("south-home", "field-home")
            for code in ("paper", "verified", "verified-2")
        ),
        _at("pilot"),
        _at("pilot"),
        {"code": "new"},
        {"withdrawn_on": "2026-03-01"},
        moves=moved("VERIFIED", of=lambda key: key.endswith("/paper")),
    ),
    "legal_basis": _of_pilot(
        {"code": "new"}, **_PAPER, **_DAY, basis="CONSENT", patch={"valid_to": "2026-03-01"}, moves=moved("VERIFIED")
    ),
    "occupancy": _of_pilot(
        {"month": "2026-02"}, dwelling_ref="home-00000", month="2026-01", occupied=True, patch={"occupied": False}
    ),
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
        tuple({**device, "feed": _FEED_OF[f"{device['vendor']}/{device['device']}"], **_DAY} for device in DEVICES),
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
    "amendment": Seed(
        tuple(
            {"entity": "selection", "of": f"{slug}/verified", "number": 1, "reason": "笔误"}
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


class Who(NamedTuple):
    """Somebody of a role, and what his key reaches; ``everything``: all there is."""

    role: str
    scope: Scope
    everything: bool
    caller: Caller

    def is_meant(self, whose: Scope) -> bool:
        """Whether a row of these districts and vendors is his."""
        return self.everything or bool(self.scope & whose)


def seeded(databases: Databases, broker: BrokerAccounts) -> RegistryUnderTest:
    """A registry with the rows of every seed, of whose change feed nobody is kept waiting."""
    stopping = threading.Event()
    stopping.set()
    made = registry(databases, broker, stopping)
    for entity, seed in SEEDS.items():
        seed.before(made)
        for row in seed.rows:
            answer = made.admin.post(f"/v1/{BY_ENTITY[entity].path}", sent(entity, seed.body(row)))
            assert answer.status_code == 201, answer.text
    return made


def sent(entity: str, row: Row) -> Any:
    """The body of the POST of a row: an array, but of a feed."""
    return row if entity == "feed" else [row]


def id_of(entity: str, row: Row) -> str:
    """The id of a row."""
    return "/".join(str(row[field]) for field in BY_ENTITY[entity].key)


def people(made: RegistryUnderTest) -> Iterator[Who]:
    """Somebody of every role: of one district or the other, of one vendor or the other, or of neither."""
    for role in ("administrator", "programme_manager", "auditor", "service"):
        yield Who(role, NOBODY, True, made.caller(role))
    for role in ("applicant", "finance"):  # they have no business here yet
        yield Who(role, NOBODY, False, made.caller(role))
    for role in ("district_officer", "district_approver"):
        for district in sorted(EVERY_DISTRICT):
            yield Who(role, frozenset({district}), False, made.caller(role, districts=[district]))
    for vendor in ("acme", "bolt", "carer"):
        yield Who("vendor", frozenset({vendor}), False, made.caller("vendor", vendors=[vendor]))
