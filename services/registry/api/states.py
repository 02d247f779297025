"""The operations of every collection that has a lifecycle: one thing is moved, or many, all of them or none."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import marshmallow as ma
from flask_smorest import Blueprint

from services.registry import fields
from services.registry.amending import IsMeant, any_version
from services.registry.api import bodies
from services.registry.api.guarding import guarded
from services.registry.api.idempotency import once
from services.registry.api.preconditions import TELLS_ETAG, conditional, etag
from services.registry.collection import Collection, Entity
from services.registry.lifecycles import LIFECYCLES
from services.registry.moving import Move, move
from services.registry.refusal import Fault, Refused, fault, pointer
from services.registry.schemas import OPTIONAL
from services.registry.store import Database, Once
from shared.failures import Rejected
from shared.runtime.auth import caller


class MoveSchema(ma.Schema):
    """Where to, from which civil day on, and why."""

    state = ma.fields.String(required=True)
    on = fields.Day(**OPTIONAL, metadata={"description": "From which civil day on; today, without it"})
    reason = fields.text(500, **OPTIONAL)


class MoveOfOneSchema(MoveSchema):
    """Which thing, where to, from which civil day on, and why."""

    id = ma.fields.String(required=True, validate=fields.Length(1, 300))
    version = fields.number(
        1,
        2**31 - 1,
        required=True,
        allow_none=True,
        metadata={"description": "The version that is meant, as its ETag said; null, whatever it is by now"},
    )


AfterCommit = Callable[[Sequence[Entity]], None]


def add_moving(
    blueprint: Blueprint, collection: Collection, database: Database, after_commit: AfterCommit = lambda _: None
) -> None:
    """POST of a state, of one or of many; ``after_commit`` is told what was moved."""
    lifecycle = LIFECYCLES[collection.entity]
    told = "; ".join(
        f"{edge.source} → {edge.target}: {', '.join(edge.roles)}" + (" (another person)" if edge.other_person else "")
        for edge in lifecycle.edges
    )

    @blueprint.route("/<path:key>/state", methods=["POST"])
    @guarded(blueprint, *lifecycle.roles)
    @conditional(blueprint)
    @blueprint.response(200, collection.schema, headers=TELLS_ETAG)
    @blueprint.alt_response(404, "NOT_FOUND")
    @blueprint.alt_response(409, "CONFLICT")
    @blueprint.alt_response(422, "UNPROCESSABLE_ENTITY")
    @blueprint.doc(
        requestBody=bodies.documented(MoveSchema()),
        operationId=f"move_{collection.entity}",
        summary="Move it along its lifecycle",
        description=told,
    )
    def one(is_meant: IsMeant, key: str) -> Any:
        wanted = Move(**bodies.load(MoveSchema()))
        with database.writing(caller().key) as store:
            after = move(store, collection, key, wanted, caller(), is_meant)
        after_commit([after.row])
        return after.row, etag(after)

    @blueprint.route("/states", methods=["POST"])
    @guarded(blueprint, *lifecycle.roles)
    @once(blueprint)
    @blueprint.response(200, collection.schema(many=True))
    @blueprint.alt_response(404, "NOT_FOUND")
    @blueprint.alt_response(409, "CONFLICT")
    @blueprint.alt_response(412, "PRECONDITION_FAILED")
    @blueprint.alt_response(422, "UNPROCESSABLE_ENTITY")
    @blueprint.doc(
        requestBody=bodies.documented_rows(MoveOfOneSchema()),
        operationId=f"move_{collection.path.replace('-', '_')}",
        summary="Move all of them along their lifecycle, or none",
        description=told,
    )
    def many(said: Once | None) -> list[Entity]:
        wanted = bodies.load_rows(MoveOfOneSchema())
        with database.writing(caller().key) as store:
            if store.done_before(said):
                raise Rejected("done_before")
            faults: list[Fault] = []
            moved = []
            for index, row in enumerate(wanted):
                key, version = row.pop("id"), row.pop("version")
                is_meant = any_version if version is None else version.__eq__
                with gathered(faults, index):
                    moved.append(move(store, collection, key, Move(**row), caller(), is_meant).row)
            if faults:
                raise Refused(faults)
        after_commit(moved)
        return moved


@contextmanager
def gathered(faults: list[Fault], index: int) -> Iterator[None]:
    """Let the faults of one row stand below its index, and the other rows be looked at too."""
    try:
        yield
    except Refused as refused:
        faults += [each._replace(pointer=each.pointer.replace("#", f"#/{index}", 1)) for each in refused.faults]
    except Rejected as rejected:
        faults.append(fault(pointer(index, "id"), rejected.reason, f"detail.{rejected.reason}", **rejected.params))
