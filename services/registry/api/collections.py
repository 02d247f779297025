"""The operations that every collection has, made from its row in :mod:`services.registry.entities`."""

from collections.abc import Callable
from typing import Any

import marshmallow as ma
from flask import url_for
from flask_smorest import Blueprint

from services.registry.accesses import site_of, told
from services.registry.amending import IsMeant, amend
from services.registry.api import bodies, purposes
from services.registry.api.guarding import guarded
from services.registry.api.idempotency import once
from services.registry.api.preconditions import TELLS_ETAG, conditional, etag
from services.registry.api.queries import end_of, listed_schema, named, one_schema, page_schema, with_version
from services.registry.api.states import add_moving
from services.registry.collection import Collection, Entity
from services.registry.lifecycles import LIFECYCLES
from services.registry.registering import register
from services.registry.scope import reach
from services.registry.store import Asked, Database, Once
from shared.failures import Rejected
from shared.runtime.auth import caller

BeforeCommit = Callable[[Entity], None]


def blueprint_of(collection: Collection) -> Blueprint:
    """An empty blueprint at the collection's address."""
    summary = (collection.schema.__doc__ or "").strip()
    return Blueprint(collection.path, __name__, url_prefix=f"/v1/{collection.path}", description=summary)


def add_reading(blueprint: Blueprint, collection: Collection, database: Database) -> None:
    """GET of pages, and of one entity by its id."""
    schema, listed = collection.schema, listed_schema(collection)
    list_it, get_it = f"list_{_word(collection)}", f"get_{collection.entity}"

    @blueprint.route("", methods=["GET"])
    @guarded(blueprint, *collection.access.readers)
    @blueprint.arguments(page_schema(collection), location="query", unknown=ma.RAISE)
    @blueprint.response(
        200,
        listed(many=True),
        headers={"Link": {"description": "rel=next (RFC 8288), if there is more", "schema": {"type": "string"}}},
    )
    @blueprint.doc(operationId=list_it, summary="A page, in the order of ids")
    def page(query: dict[str, Any]) -> Any:
        after, limit, as_of = query.pop("after"), query.pop("limit"), query.pop("as_of")
        with_versions = query.pop("versions")
        said = query.pop(purposes.PURPOSE, None)
        asking = purposes.asking(said, caller(), list_it) if collection.of_dwellings else None
        with database.reading() as reading:
            found = reading.page(collection.entity, reach(caller()), Asked(query, after, limit + 1, end_of(as_of)))
        if asking:
            database.note(asking, told(collection, [(key, it.row) for key, it in found[:limit]], _asked_about(query)))
        rows = [with_version(it) if with_versions else it.row for _, it in found[:limit]]
        if len(found) <= limit:
            return rows
        again = {"as_of": as_of, purposes.PURPOSE: said, "versions": with_versions}
        then: Any = {name: value for name, value in again.items() if value}
        following = url_for(f"{collection.path}.page", **query, **then, after=found[limit - 1][0], limit=limit)
        return rows, {"Link": f'<{following}>; rel="next"'}

    @blueprint.route("/<path:key>", methods=["GET"])
    @guarded(blueprint, *collection.access.readers)
    @blueprint.arguments(one_schema(collection), location="query", unknown=ma.RAISE)
    @blueprint.response(200, schema, headers=TELLS_ETAG)
    @blueprint.alt_response(404, "NOT_FOUND")
    @blueprint.doc(operationId=get_it, summary=f"One, by its id: {_id_form(collection)}")
    def one(query: dict[str, Any], key: str) -> Any:
        asking = purposes.asking(query["purpose"], caller(), get_it) if collection.of_dwellings else None
        with database.reading() as reading:
            found = reading.one(collection.entity, key, reach(caller()), end_of(query["as_of"]))
        if asking:
            database.note(asking, told(collection, [(key, found.row)] if found else [], site_of(collection, key)))
        if found is None:
            raise Rejected("not_found", what=key)
        return found.row, etag(found)


def add_registering(blueprint: Blueprint, collection: Collection, database: Database) -> None:
    """POST of an array: all rows, or none and every fault."""
    register_them = f"register_{_word(collection)}"

    @blueprint.route("", methods=["POST"])
    @guarded(blueprint, *collection.access.writers)
    @once(blueprint)
    @blueprint.response(201, collection.schema(many=True))
    @blueprint.alt_response(409, "CONFLICT")
    @blueprint.alt_response(422, "UNPROCESSABLE_ENTITY")
    @blueprint.doc(
        requestBody=bodies.documented_rows(collection.schema()),
        operationId=register_them,
        summary="Register all of them, or none; what is there already, unchanged, is no error; told as they stand",
    )
    def post(said: Once | None) -> list[Entity]:
        rows, faults = bodies.json_rows(collection)
        named = [(row.id, row.row) for row in rows]
        kept = purposes.refusals_kept(database, collection, register_them, named)
        with kept, database.writing(caller().key) as store:
            store.done_before(said)  # then it changes nothing, and is told as it stands
            register(store, collection, rows, caller(), faults)
            stand = store.known(collection.entity, {row.id for row in rows})
        return [stand[row.id].row for row in rows]


def add_amending(
    blueprint: Blueprint, collection: Collection, database: Database, before_commit: BeforeCommit | None = None
) -> None:
    """PATCH of the fields a collection lets change; ``before_commit`` is told what results, last of all and always."""
    patch_schema, amend_it = _patch_schema(collection), f"amend_{collection.entity}"

    @blueprint.route("/<path:key>", methods=["PATCH"])
    @guarded(blueprint, *(collection.access.amenders or collection.access.writers))
    @conditional(blueprint)
    @blueprint.response(200, collection.schema, headers=TELLS_ETAG)
    @blueprint.alt_response(404, "NOT_FOUND")
    @blueprint.alt_response(409, "CONFLICT")
    @blueprint.alt_response(422, "UNPROCESSABLE_ENTITY")
    @blueprint.doc(
        requestBody=bodies.documented_patch(patch_schema),
        operationId=amend_it,
        summary=f"Change {', '.join(collection.amendable)} of one, by its id: {_id_form(collection)}",
    )
    def patch(is_meant: IsMeant, key: str) -> Any:
        body, named = bodies.json_object(), list[tuple[str, Entity]]()
        kept = purposes.refusals_kept(database, collection, amend_it, named)
        with kept, database.writing(caller().key) as store:
            before = store.known(collection.entity, {key}).get(key)
            named += [(key, before.row)] if before else []
            after = amend(store, collection, key, body, caller(), is_meant)
            if before_commit is not None:
                before_commit(after.row)
        if collection.of_dwellings and before is not None and before.version == after.version:
            asking = purposes.asking(
                purposes.NOTHING_CHANGED, caller(), amend_it
            )  # it told, and left no row in the log
            database.note(asking, told(collection, [(key, after.row)]))
        return after.row, etag(after)


def blueprint_for(collection: Collection, database: Database) -> Blueprint:
    """Everything a plain collection has."""
    blueprint = blueprint_of(collection)
    add_reading(blueprint, collection, database)
    add_registering(blueprint, collection, database)
    if collection.amendable:
        add_amending(blueprint, collection, database)
    if collection.entity in LIFECYCLES:
        add_moving(blueprint, collection, database)
    return blueprint


def _asked_about(filters: dict[str, Any]) -> str | None:
    """The site that a page is asked of, if of one."""
    place = filters.get("pilot") or filters.get("slot") or filters.get("installation") or filters.get("place") or ""
    return str(place).partition("/")[0] or None


def _word(collection: Collection) -> str:
    return collection.path.replace("-", "_")


def _id_form(collection: Collection) -> str:
    return "/".join(f"{{{field}}}" for field in collection.key)


def _patch_schema(collection: Collection) -> ma.Schema:
    """A patch as the OpenAPI shows it: a name of its own, nothing required, and nothing filled in."""
    of_its_own = type(f"{named(collection)}Patch", (collection.schema,), {})
    schema: ma.Schema = of_its_own(only=collection.amendable, partial=True)
    for field in schema.fields.values():
        field.load_default = ma.missing
    return schema
