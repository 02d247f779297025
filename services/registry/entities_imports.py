"""The collection of imports: nobody registers one, it is kept with what it did."""

from services.registry.collection import Access, Collection
from services.registry.schemas_imports import KeptImportSchema
from services.registry.scope import OF_DISTRICTS, OF_VENDORS, READ_ALL
from shared.contracts.registry_imports import Import

COLLECTIONS_OF_IMPORTS = (
    Collection(
        "import",
        "imports",
        Import,
        KeptImportSchema,
        key=("id",),
        access=Access((), (*READ_ALL, *OF_DISTRICTS, *OF_VENDORS)),
        filters=("kind", "imported_by"),
    ),
)
