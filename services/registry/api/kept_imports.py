"""The imports that were kept: read, and undone."""

from typing import Any

from flask_smorest import Blueprint

from services.registry.amending import IsMeant
from services.registry.api import bodies
from services.registry.api.collections import add_reading
from services.registry.api.guarding import guarded
from services.registry.api.import_schemas import UndoSchema
from services.registry.api.preconditions import TELLS_ETAG, conditional, etag
from services.registry.entities import BY_ENTITY
from services.registry.importing.kinds import KINDS
from services.registry.importing.undoing import undo
from services.registry.store import Database
from shared.runtime.auth import caller

_IMPORTS = BY_ENTITY["import"]
IMPORTERS = tuple(sorted({role for kind in KINDS for role in kind.writers}))


def add_kept_imports(imports: Blueprint, database: Database) -> None:
    """Pages of imports and each of them, to their importers and whoever reads everything; and their undoing."""
    add_reading(imports, _IMPORTS, database)

    @imports.route("/<key>/undo", methods=["POST"])
    @guarded(imports, *IMPORTERS)
    @conditional(imports)
    @imports.response(200, _IMPORTS.schema, headers=TELLS_ETAG)
    @imports.alt_response(404, "NOT_FOUND")
    @imports.alt_response(409, "CONFLICT")
    @imports.alt_response(422, "UNPROCESSABLE_ENTITY")
    @imports.doc(
        requestBody=bodies.documented(UndoSchema()),
        operationId="undo_import",
        summary="Take back exactly what it did, while nothing stands on it; by its importer, or an administrator",
    )
    def undone(is_meant: IsMeant, key: str) -> Any:
        reason = bodies.load(UndoSchema())["reason"]
        with database.writing(caller().key) as store:
            after = undo(store, key, caller(), reason, is_meant)
        return after.row, etag(after)
