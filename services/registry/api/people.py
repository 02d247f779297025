"""People's accounts: invited, opened, reset, locked, closed and handed over."""

from collections.abc import Callable
from typing import Any

import marshmallow as ma
from flask import request
from flask_smorest import Blueprint

from services.registry import fields, passwords, people
from services.registry.amending import IsMeant
from services.registry.api import bodies
from services.registry.api.collections import add_amending, add_reading, blueprint_of
from services.registry.api.guarding import guarded
from services.registry.api.idempotency import once
from services.registry.api.preconditions import TELLS_ETAG, conditional, etag
from services.registry.api.states import add_moving
from services.registry.attempts import Attempts
from services.registry.passwords import Passwords
from services.registry.people import PEOPLE
from services.registry.refusal import Refused
from services.registry.schemas import REQUIRED
from services.registry.schemas_people import PersonSchema
from services.registry.store import Database, Once
from shared.contracts.registry_people import Person
from shared.failures import Rejected
from shared.runtime.auth import caller

_ADMINISTRATOR = "administrator"


class InvitationSchema(ma.Schema):
    """How an account is opened, once."""

    login = ma.fields.String(**REQUIRED)
    code = ma.fields.String(**REQUIRED, metadata={"description": "Shown this once"})
    until = ma.fields.String(**REQUIRED, metadata={"description": "RFC 3339"})


class HandoverSchema(ma.Schema):
    """Who takes over the work."""

    to = ma.fields.String(validate=fields.Length(1, 200), **REQUIRED)


class NewPasswordSchema(ma.Schema):
    """A code, and the password that is set with it."""

    login = ma.fields.String(validate=fields.Length(1, 200), **REQUIRED)
    code = ma.fields.String(validate=fields.Length(1, 200), **REQUIRED)
    password = ma.fields.String(validate=fields.Length(1, passwords.MOST_BYTES), **REQUIRED)


def blueprint(database: Database, now_ms: Callable[[], int]) -> Blueprint:
    """The accounts, as administrators look after them."""
    made = blueprint_of(PEOPLE)
    add_reading(made, PEOPLE, database)
    add_amending(made, PEOPLE, database)
    add_moving(made, PEOPLE, database)

    @made.route("", methods=["POST"])
    @guarded(made, _ADMINISTRATOR)
    @once(made)
    @made.response(201, InvitationSchema)
    @made.alt_response(409, "CONFLICT")
    @made.alt_response(422, "UNPROCESSABLE_ENTITY")
    @made.doc(
        requestBody=bodies.documented(PersonSchema()),
        operationId="invite_person",
        summary="Make an account; the code by which it is opened within seven days is shown this once",
    )
    def post(said: Once | None) -> people.Invitation:
        rows, faults = bodies.json_row(PEOPLE)
        if faults:
            raise Refused(faults)
        person = rows[0].row
        assert isinstance(person, Person)
        with database.writing(caller().key) as store:
            if store.done_before(said):
                raise Rejected("done_before")
            return people.invite(store, person, caller(), now_ms())

    @made.route("/<key>/reset", methods=["POST"])
    @guarded(made, _ADMINISTRATOR)
    @conditional(made)
    @made.response(200, InvitationSchema)
    @made.alt_response(404, "NOT_FOUND")
    @made.alt_response(409, "CONFLICT")
    @made.doc(operationId="reset_person", summary="End an account's password at once; a fresh code is shown this once")
    def reset(is_meant: IsMeant, key: str) -> people.Invitation:
        with database.writing(caller().key) as store:
            return people.reset(store, key, caller(), is_meant, now_ms())

    @made.route("/<key>/handover", methods=["POST"])
    @guarded(made, _ADMINISTRATOR)
    @conditional(made)
    @made.response(200, PersonSchema, headers=TELLS_ETAG)
    @made.alt_response(404, "NOT_FOUND")
    @made.alt_response(409, "CONFLICT")
    @made.alt_response(422, "UNPROCESSABLE_ENTITY")
    @made.doc(
        requestBody=bodies.documented(HandoverSchema()),
        operationId="hand_over",
        summary="Close an account; another of its role, reaching as far, has its part in its work from now on",
    )
    def handover(is_meant: IsMeant, key: str) -> Any:
        wanted = bodies.load(HandoverSchema())
        with database.writing(caller().key) as store:
            after = people.hand_over(store, key, wanted["to"], caller(), is_meant)
        return after.row, etag(after)

    return made


def passwords_blueprint(
    database: Database, attempts: Attempts, hashes: Passwords, now_ms: Callable[[], int]
) -> Blueprint:
    """Passwords, as people set them."""
    made = Blueprint("passwords", __name__, url_prefix="/v1/passwords", description="口令: passwords of people")

    @made.route("", methods=["POST"])
    @made.response(204)
    @made.alt_response(401, "UNAUTHORIZED")
    @made.alt_response(422, "UNPROCESSABLE_ENTITY")
    @made.alt_response(429, "TOO_MANY_REQUESTS")
    @made.alt_response(503, "SERVICE_UNAVAILABLE")
    @made.doc(
        requestBody=bodies.documented(NewPasswordSchema()),
        security=[],
        operationId="set_password",
        summary="Open an account with its code, which is used up, and a password of one's own",
    )
    def post() -> None:
        given = bodies.load(NewPasswordSchema())
        login, code, password = given["login"], given["code"], given["password"]
        with attempts.counted(login, request.remote_addr or ""), database.reading() as reading:
            people.check_code(reading, login, code, now_ms())
        if faults := list(passwords.faults_of(login, password)):  # who has the code may mend it
            raise Refused(faults)
        hashed = hashes.hash(password)  # slow: not while others wait for the writer's lock
        with database.writing(people.actor_of(login)) as store:
            people.open_with(store, login, code, hashed, now_ms())

    return made
