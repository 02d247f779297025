"""Feeds: a collection of single objects, since each makes an account in the broker; its password is told once."""

import secrets
from typing import Any

import marshmallow as ma
import msgspec
from flask_smorest import Blueprint

from services.registry.amending import IsMeant, repeat
from services.registry.api import bodies
from services.registry.api.collections import add_amending, add_reading, blueprint_of
from services.registry.api.guarding import guarded
from services.registry.api.idempotency import once
from services.registry.api.preconditions import TELLS_ETAG, conditional, etag
from services.registry.collection import Entity
from services.registry.entities import BY_ENTITY
from services.registry.feed_accounts import BrokerAccounts, InTurn, account_of, put_right, username_of
from services.registry.refusal import Refused
from services.registry.registering import register
from services.registry.schemas import FeedSchema
from services.registry.store import Database, Once
from shared.brokers.dynamic_security import ITERATIONS_OF_FEEDS, PasswordHash, hashed
from shared.contracts.registry import Feed
from shared.runtime.auth import caller

_FEEDS = BY_ENTITY["feed"]


class FeedAccountSchema(FeedSchema):
    """A feed, and the name of its account."""

    username = ma.fields.String(required=True, metadata={"description": "MQTT user name, and client id"})


class OpenedFeedSchema(FeedAccountSchema):
    """A feed and the account made for it."""

    password = ma.fields.String(required=True, metadata={"description": "Shown this once"})


class PasswordSchema(ma.Schema):
    """How a feed logs in from now on."""

    username = ma.fields.String(required=True)
    password = ma.fields.String(required=True, metadata={"description": "Shown this once"})


def blueprint(database: Database, accounts: BrokerAccounts) -> Blueprint:
    """The collection of feeds."""
    in_turn = InTurn(database, accounts)
    feeds = blueprint_of(_FEEDS)
    add_reading(feeds, _FEEDS, database)
    # The broker comes last before the commit: without it nothing is registered, and after it nothing is checked.
    # Its answer may be lost, and the change undone here only: so a PATCH always puts the account right.
    add_amending(feeds, _FEEDS, in_turn, before_commit=lambda row: put_right(accounts, _feed(row)))

    @feeds.route("", methods=["POST"])
    @guarded(feeds, *_FEEDS.access.writers)
    @once(feeds)
    @feeds.response(201, OpenedFeedSchema)
    @feeds.alt_response(200, schema=FeedAccountSchema, success=True, description="It is registered already, like this")
    @feeds.alt_response(409, "CONFLICT")
    @feeds.alt_response(422, "UNPROCESSABLE_ENTITY")
    @feeds.alt_response(503, "SERVICE_UNAVAILABLE")
    @feeds.doc(
        requestBody=bodies.documented(FeedSchema()),
        operationId="open_feed",
        summary="Register a feed and make its MQTT account; the same again changes nothing, its password neither",
    )
    def post(said: Once | None) -> Any:
        rows, faults = bodies.json_row(_FEEDS)
        if faults:
            raise Refused(faults)
        feed = _feed(rows[0].row)
        password = _new_password()
        with in_turn.writing(caller().key) as store:
            store.done_before(said)
            new = register(store, _FEEDS, rows, caller())
            if new:
                store.keep_password(rows[0].id, _hash(password))
                accounts.open(account_of(feed), password)
        told = {**msgspec.structs.asdict(feed), "username": username_of(feed)}
        return {**told, "password": password} if new else (told, 200)

    @feeds.route("/<path:key>/password", methods=["POST"])
    @guarded(feeds, *_FEEDS.access.writers)
    @conditional(feeds)
    @feeds.response(200, PasswordSchema, headers=TELLS_ETAG)
    @feeds.alt_response(404, "NOT_FOUND")
    @feeds.alt_response(503, "SERVICE_UNAVAILABLE")
    @feeds.doc(
        operationId="replace_feed_password",
        summary="Give a feed's account a fresh password, at once; an account that the broker has lost is made again",
    )
    def replace_password(is_meant: IsMeant, key: str) -> Any:
        password = _new_password()
        with in_turn.writing(caller().key) as store:
            after = repeat(store, _FEEDS, key, caller(), is_meant)
            feed = _feed(after.row)
            store.keep_password(key, _hash(password))
            accounts.open(account_of(feed), password)
        return {"username": username_of(feed), "password": password}, etag(after)

    return feeds


def _new_password() -> str:
    return secrets.token_urlsafe(24)


def _hash(password: str) -> PasswordHash:
    """What is kept of a password, so that a broker that lost its state gets the account back with it."""
    return hashed(password, ITERATIONS_OF_FEEDS)


def _feed(row: Entity) -> Feed:
    assert isinstance(row, Feed)
    return row
