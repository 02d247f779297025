"""Audit cases: what an auditor records, draws, and is answered; nothing of it is changed afterwards."""

from flask_smorest import Blueprint

from services.registry import audit_cases, auditing
from services.registry.api import bodies
from services.registry.api.collections import add_reading, blueprint_for, blueprint_of
from services.registry.api.guarding import guarded
from services.registry.api.idempotency import once
from services.registry.drawing import sample_of
from services.registry.entities import BY_ENTITY
from services.registry.parts import parts_of
from services.registry.schemas_audit import (
    AuditEntrySchema,
    ConfidentialTextSchema,
    DrawSchema,
    EntrySchema,
    ReplySchema,
)
from services.registry.scope import reach
from services.registry.store import Database, KeptText, Once
from shared.contracts.registry_audit import AuditCase, AuditEntry, FieldCheck
from shared.failures import Rejected
from shared.runtime.auth import caller

_CASES, _ENTRIES = BY_ENTITY["audit_case"], BY_ENTITY["audit_entry"]
_CONCERNED = ("district_officer", "district_approver", "vendor")
_NAMEABLE = ("administrator", "programme_manager", "auditor")


def cases_blueprint(database: Database) -> Blueprint:
    """The audit cases, and what is recorded in them."""
    cases = blueprint_for(_CASES, database)
    _add_record(cases, database)
    _add_draw(cases, database)
    return cases


def entries_blueprint(database: Database) -> Blueprint:
    """The entries of all cases, their confidential texts, and replies."""
    entries = blueprint_of(_ENTRIES)
    add_reading(entries, _ENTRIES, database)
    _add_text(entries, database)
    _add_reply(entries, database)
    return entries


def _add_record(cases: Blueprint, database: Database) -> None:
    @cases.route("/<string:key>/entries", methods=["POST"])
    @guarded(cases, "auditor")
    @once(cases)
    @cases.response(201, AuditEntrySchema)
    @cases.alt_response(404, "NOT_FOUND")
    @cases.alt_response(409, "CONFLICT")
    @cases.alt_response(422, "UNPROCESSABLE_ENTITY")
    @cases.doc(
        requestBody=bodies.documented(EntrySchema()),
        operationId="record_audit_entry",
        summary="Add an entry to a case of one's own under the next number, never to be changed",
    )
    def entry(said: Once | None, key: str) -> AuditEntry:
        wanted = bodies.load(EntrySchema())
        check = FieldCheck(**wanted.pop("check")) if wanted["check"] else wanted.pop("check")
        made = AuditEntry(audit_case=key, number=0, recorded_by=caller().key, check=check, **wanted)
        with database.writing(caller().key) as store:
            return auditing.record(store, made, caller(), said)


def _add_draw(cases: Blueprint, database: Database) -> None:
    @cases.route("/<string:key>/samples", methods=["POST"])
    @guarded(cases, "auditor")
    @once(cases)
    @cases.response(201, AuditEntrySchema)
    @cases.alt_response(404, "NOT_FOUND")
    @cases.alt_response(409, "CONFLICT")
    @cases.alt_response(422, "UNPROCESSABLE_ENTITY")
    @cases.doc(
        requestBody=bodies.documented(DrawSchema()),
        operationId="draw_audit_sample",
        summary="Draw from the places in the case's scope that stood in its period; anybody can draw the same again",
    )
    def sample(said: Once | None, key: str) -> AuditEntry:
        wanted = bodies.load(DrawSchema())
        with database.writing(caller().key) as store:
            case = auditing.case_of(store, key, caller())
            drawn = sample_of(store, case, **wanted)
            own = audit_cases.districts_of(store, case)
            district = own.pop() if len(own) == 1 else None  # a district sees no other's places
            made = AuditEntry(key, 0, "SAMPLE", caller().key, district=district, sample=drawn)
            return auditing.record(store, made, caller(), said)


def _add_text(entries: Blueprint, database: Database) -> None:
    @entries.route("/<path:key>/text", methods=["GET"])
    @guarded(entries, *_NAMEABLE)
    @entries.response(200, ConfidentialTextSchema, headers={"Cache-Control": {"schema": {"type": "string"}}})
    @entries.alt_response(404, "NOT_FOUND")
    @entries.doc(operationId="get_audit_entry_text", summary="The text of a confidential entry, to those named only")
    def text(key: str) -> tuple[KeptText, dict[str, str]]:
        code = key.partition("/")[0]
        with database.reading() as reading:
            case, kept = reading.one("audit_case", code, reach(caller())), reading.text_of(key)
            parts = parts_of(reading, caller().key)
        if case is None or kept is None:
            raise Rejected("not_found", what=key)
        if not isinstance(case.row, AuditCase) or not audit_cases.is_named(case.row, parts):
            raise Rejected("forbidden")
        return kept, {"Cache-Control": "no-store"}


def _add_reply(entries: Blueprint, database: Database) -> None:
    @entries.route("/<path:key>/replies", methods=["POST"])
    @guarded(entries, *_CONCERNED)
    @once(entries)
    @entries.response(201, AuditEntrySchema)
    @entries.alt_response(404, "NOT_FOUND")
    @entries.alt_response(409, "CONFLICT")
    @entries.alt_response(422, "UNPROCESSABLE_ENTITY")
    @entries.doc(
        requestBody=bodies.documented(ReplySchema()),
        operationId="reply_to_audit_finding",
        summary="Reply to a finding, as the district or vendor it concerns",
    )
    def reply(said: Once | None, key: str) -> AuditEntry:
        wanted = bodies.load(ReplySchema())
        made = AuditEntry("", 0, "REPLY", caller().key, **wanted)
        with database.writing(caller().key) as store:
            return auditing.reply(store, key, made, caller(), said)
