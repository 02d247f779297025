"""The collection of people's accounts; they are invited one by one, since each is told a code."""

from services.registry import schemas_people as schemas
from services.registry.collection import Access, Collection
from shared.contracts import registry_people as contract

COLLECTIONS_OF_PEOPLE = (
    Collection(
        "person",
        "people",
        contract.Person,
        schemas.PersonSchema,
        key=("login",),
        access=Access(("administrator",), ("administrator", "auditor")),
        filters=("role",),
        amendable=("post", "oidc_subject"),
    ),
)
