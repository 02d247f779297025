"""An estate, as the people know who work on it: who they are, what day it is, and every fact they enter.

The facts are a plain model of what the registry has to tell, kept by whoever enters them: nothing of it comes from the
registry. There are two clocks: a fact was entered on a day, and holds from a day, by default the same.
"""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from tests.integration.databases import Databases
from tests.integration.log_clock import Clock
from tests.integration.offices import person
from tests.integration.registry_under_test import OTHER_VENDOR, VENDOR, Caller, registry
from tests.integration.spreadsheets import KEEP, as_csv, counts, upload

Row = dict[str, Any]
SITE = "sea-view"
DWELLINGS = {1: 1_800, 2: 1_200}
WITH_CURTAINS = 200  # of the first phase


class Fact(NamedTuple):
    """What somebody entered of one thing: some of its fields, or all of them if it is new."""

    entered: str
    actor: str
    holds_from: str
    fields: Row


class Facts:
    """Everything that was entered, of each thing in the order in which it was."""

    def __init__(self) -> None:
        self._of: defaultdict[tuple[str, str], list[Fact]] = defaultdict(list)

    def add(self, entity: str, key: str, fact: Fact) -> None:
        self._of[entity, key].append(fact)

    def of(self, entity: str, key: str) -> list[Fact]:
        return self._of[entity, key]

    def keys(self, entity: str) -> list[str]:
        return sorted(key for kind, key in self._of if kind == entity)

    def as_of(self, entity: str, key: str, day: str) -> Row | None:
        """A thing, as it stood at the end of a day by what had been entered until then."""
        return _together(fact for fact in self.of(entity, key) if fact.entered <= day)

    def held_on(self, entity: str, key: str, day: str) -> Row | None:
        """A thing, as it was on a day by all that has been entered; what it was registered with always held."""
        first, *later = self.of(entity, key)
        return _together([first, *(fact for fact in later if fact.holds_from <= day)])

    def days(self, entity: str, key: str) -> set[str]:
        """The days on which anything was entered or began to hold."""
        return {day for fact in self.of(entity, key) for day in (fact.entered, fact.holds_from)}


def _together(facts: Any) -> Row | None:
    found: Row = {}
    for fact in facts:
        found |= fact.fields
    return found or None


class Year:
    """Who takes part, what day it is, and what they entered."""

    def __init__(self, databases: Databases, clock: Clock, folder: Path) -> None:
        self.clock, self.facts = clock, Facts()
        self.made = registry(databases, documents_dir=folder)
        self.made.admin.made("/v1/organisations", VENDOR, OTHER_VENDOR)
        self.actors: dict[Caller, str] = {}
        self.today = ""
        self.officer, self.successor = (self._of_the_district(f"nanshan-desk-{n}", "officer") for n in (1, 2))
        self.approver = self._of_the_district("nanshan-chief", "approver")
        self.manager, self.next_manager, self.colleague = (
            self._invited(f"city-desk-{n}", "programme_manager") for n in (1, 2, 3)
        )
        self.auditor, self.second_auditor = (self._invited(f"audit-desk-{n}", "auditor") for n in (1, 2))
        self.vendor = self.made.caller("vendor", vendors=["acme"])

    def _of_the_district(self, login: str, what: str) -> Caller:
        return self._invited(login, f"district_{what}", "nanshan")

    def _invited(self, login: str, role: str, *districts: str) -> Caller:
        """The administrator invites somebody, who sets a password and signs in."""
        caller = person(self.made, login, role, districts)
        self.actors[caller] = f"person:{login}"
        return caller

    def on(self, day: str) -> None:
        """Let it be nine in the morning of a day."""
        self.today = day
        self.clock.set(f"{day}T09:00:00.000")

    def told(self, who: Caller, entity: str, key: str, fields: Row, holds_from: str = "") -> None:
        """Note what somebody entered today."""
        self.facts.add(entity, key, Fact(self.today, self.actors[who], holds_from or self.today, fields))

    def kept(self, caller: Caller, kind: str, heading: list[str], *rows: list[Any]) -> tuple[int, int]:
        """Check a file, then keep it, then send it once more; how many rows were new, and how many changed."""
        content = as_csv(heading, *rows)
        checked = counts(upload(self.made, caller, kind, content))
        kept = counts(upload(self.made, caller, kind, content, KEEP))
        again = counts(upload(self.made, caller, kind, content, KEEP))
        assert (checked[0], kept[0], checked[1:]) == ("CHECKED", "KEPT", kept[1:])
        assert again == ("KEPT", 0, len(rows), 0, 0)
        return kept[1], kept[3]

    def document(self, caller: Caller, about: str, **query: Any) -> str:
        """Upload a small PDF; its SHA-256."""
        told = {"document_kind": "OTHER", "title": about, **query}
        answer = self.made.app.test_client().post(
            "/v1/documents", query_string=told, data=pdf(about), headers=caller.headers
        )
        assert answer.status_code == 201, answer.text
        return str((answer.json or {})["sha256"])


def pdf(about: str) -> bytes:
    """A PDF of one empty page, whose title is this."""
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>",
        b"<</Title<" + about.encode("utf-16").hex().encode() + b">>>",
    )
    written, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(written))
        written += b"%d 0 obj%sendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer<</Size 5/Root 1 0 R/Info 4 0 R>>\nstartxref\n%d\n%%%%EOF\n" % len(written)
    return written + b"xref\n0 5\n0000000000 65535 f \n" + table + end


def refs(phase: int) -> list[str]:
    """The pseudonyms of a phase's dwellings, as the district's page makes them: opaque, and in no order."""
    return [f"p{phase}q{number * 7919 % 10_007:05d}Zk" for number in range(DWELLINGS[phase])]


def codes_of(ref: str) -> list[str]:
    """The slots that the design of a dwelling's layout has."""
    return ["lamp", "curtain"] if ref in _WITH_CURTAINS else ["lamp"]


def slots(phase: int) -> Iterator[tuple[str, str]]:
    """Every dwelling of a phase with each of its slots."""
    return ((ref, code) for ref in refs(phase) for code in codes_of(ref))


def device(ref: str, code: str, generation: int = 1) -> str:
    """The vendor's own number of what is in a slot."""
    return f"{code}.{ref}.g{generation}"


def binding(ref: str, code: str, valid_from: str, generation: int = 1) -> tuple[str, Row]:
    """The id and the content of a device's being in a slot."""
    name = device(ref, code, generation)
    told = {"vendor": "acme", "device": name, "valid_from": valid_from, "slot": f"{SITE}/{ref}/{code}"}
    return f"acme/{name}/{valid_from}", {**told, "installation": None, "valid_to": None}


_WITH_CURTAINS = frozenset(refs(1)[:WITH_CURTAINS])


def moved(caller: Caller, path: str, state: str, reason: str | None = None) -> Any:
    """Move something along its lifecycle; fails unless it is."""
    answer = caller.post(f"/v1/{path}/state", {"state": state, "reason": reason})
    assert answer.status_code == 200, answer.text
    return answer.json


def listed(caller: Caller, path: str) -> list[Row]:
    """Every row of a collection, page by page."""
    found: list[Row] = []
    while path:
        answer = caller.get(path)
        assert answer.status_code == 200, answer.text
        found += answer.json or []
        path = answer.headers.get("Link", "").partition(">")[0].lstrip("<")
    return found
