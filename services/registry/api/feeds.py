"""Feeds: a collection of single objects, since each makes an account in the broker; its password is told once."""

import logging
import secrets
from typing import Any

import marshmallow as ma
import msgspec
from flask_smorest import Blueprint

from services.registry.api import bodies
from services.registry.api.collections import add_amending, add_reading, blueprint_of
from services.registry.api.guarding import guarded
from services.registry.entities import BY_ENTITY, Entity
from services.registry.feed_accounts import BrokerAccounts, account_of, username_of
from services.registry.refusal import Refused
from services.registry.registering import register
from services.registry.schemas import FeedSchema
from services.registry.store import Database
from shared.contracts.registry import Feed
from shared.runtime.auth import caller

_log = logging.getLogger(__name__)
_FEEDS = BY_ENTITY["feed"]


class OpenedFeedSchema(FeedSchema):
    """A feed and the account made for it."""

    username = ma.fields.String(required=True, metadata={"description": "MQTT user name, and client id"})
    password = ma.fields.String(required=True, metadata={"description": "Shown this once"})


def blueprint(database: Database, accounts: BrokerAccounts) -> Blueprint:
    """The collection of feeds."""
    feeds = blueprint_of(_FEEDS)
    add_reading(feeds, _FEEDS, database)
    # The broker comes last before the commit: without it nothing is registered, and after it nothing is checked.
    add_amending(feeds, _FEEDS, database, before_commit=lambda feed: accounts.change(account_of(_feed(feed))))

    @feeds.route("", methods=["POST"])
    @guarded(feeds, *_FEEDS.access.writers)
    @feeds.response(201, OpenedFeedSchema)
    @feeds.alt_response(409, "CONFLICT")
    @feeds.alt_response(422, "UNPROCESSABLE_ENTITY")
    @feeds.alt_response(503, "SERVICE_UNAVAILABLE")
    @feeds.doc(
        requestBody=bodies.documented(FeedSchema()),
        operationId="open_feed",
        summary="Register a feed and make its MQTT account; the same again gives it a fresh password",
    )
    def post() -> dict[str, Any]:
        rows, faults = bodies.json_row(_FEEDS)
        if faults:
            raise Refused(faults)
        feed = _feed(rows[0].row)
        password = secrets.token_urlsafe(24)
        with database.writing(caller().key) as store:
            new = register(store, _FEEDS, rows, caller())
            accounts.open(account_of(feed), password)
        if not new:
            _log.info("feed's password replaced", extra={"feed": username_of(feed), "actor": caller().key})
        return {**msgspec.structs.asdict(feed), "username": username_of(feed), "password": password}

    return feeds


def _feed(row: Entity) -> Feed:
    assert isinstance(row, Feed)
    return row
