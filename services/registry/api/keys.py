"""Keys of machines: made, listed and revoked by administrators."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import marshmallow as ma
from flask_smorest import Blueprint

from services.registry import fields, keys
from services.registry.api import bodies
from services.registry.api.guarding import guarded
from services.registry.api.idempotency import once
from services.registry.schemas import OPTIONAL
from services.registry.schemas_people import ScopeSchema
from services.registry.store import Database, Once
from shared.contracts import vocabulary
from shared.contracts.civil_time import date_from_day, day_of
from shared.contracts.registry import Key
from shared.failures import Rejected
from shared.runtime.auth import caller

_ADMINISTRATOR = "administrator"


class NewKeySchema(ScopeSchema):
    """What a key is for, in which role, how far it reaches, and how long it lasts."""

    name = fields.text(required=True)
    role = fields.one_of(vocabulary.ROLES, required=True)
    expires_on = fields.Day(
        **OPTIONAL,
        metadata={
            "description": f"The last day on which it gets a token, {keys.MOST_DAYS} days ahead at most; "
            f"{keys.USUAL_DAYS} for {' and '.join(keys.MACHINES)}, where it is not said"
        },
    )


class KeySchema(NewKeySchema):
    """A key, without its secret."""

    key = ma.fields.String(required=True)
    active = ma.fields.Boolean(required=True)


class WhichKeysSchema(ma.Schema):
    """Which keys are listed."""

    expiring_within = ma.fields.Integer(
        load_default=None,
        validate=fields.Between(0, keys.MOST_DAYS),
        metadata={"description": "Only those whose last day is so near (days)"},
    )


class CredentialsSchema(ma.Schema):
    """A key and its secret; a file that the bootstrap wrote can be sent as it is."""

    class Meta:
        """The file also names the role."""

        unknown = ma.EXCLUDE

    key = ma.fields.String(required=True, validate=fields.Length(1, 200))
    secret = ma.fields.String(required=True, validate=fields.Length(1, 200))


def blueprint(database: Database, now_ms: Callable[[], int]) -> Blueprint:
    """Keys: made, listed and revoked by administrators."""
    made = Blueprint("keys", __name__, url_prefix="/v1/keys", description="密钥: keys of machines")

    @made.route("", methods=["GET"])
    @guarded(made, _ADMINISTRATOR)
    @made.arguments(WhichKeysSchema, location="query", unknown=ma.RAISE)
    @made.response(200, KeySchema(many=True))
    @made.doc(operationId="list_keys", summary="Every key, in use or not, or those that expire soon; no secrets")
    def listed(which: dict[str, Any]) -> list[Key]:
        with database.reading() as reading:
            found = reading.keys()
        if which["expiring_within"] is None:
            return found
        today = date_from_day(day_of(now_ms()))
        return [key for key in found if keys.expires_soon(key, today, timedelta(which["expiring_within"]))]

    @made.route("", methods=["POST"])
    @guarded(made, _ADMINISTRATOR)
    @once(made)
    @made.response(201, CredentialsSchema)
    @made.alt_response(409, "CONFLICT")
    @made.alt_response(422, "UNPROCESSABLE_ENTITY")
    @made.doc(
        requestBody=bodies.documented(NewKeySchema()),
        operationId="create_key",
        summary="Make a key; its secret is shown this once",
    )
    def post(said: Once | None) -> keys.NewKey:
        wanted = bodies.load(NewKeySchema())
        expires_on = keys.expiry(wanted["role"], wanted.pop("expires_on"), date_from_day(day_of(now_ms())))
        with database.writing(caller().key) as store:
            if store.done_before(said):
                raise Rejected("done_before")
            return keys.create(store, **wanted, expires_on=expires_on)

    @made.route("/<key>", methods=["DELETE"])
    @guarded(made, _ADMINISTRATOR)
    @made.response(204)
    @made.alt_response(404, "NOT_FOUND")
    @made.alt_response(409, "CONFLICT")
    @made.doc(operationId="revoke_key", summary="Revoke a key: no more tokens; those it has run out in minutes")
    def delete(key: str) -> None:
        with database.writing(caller().key) as store:
            keys.revoke(store, key)

    return made
