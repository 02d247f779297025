"""A store that asks the database only once for what it has told already: amending row by row asks for little else."""

from collections.abc import Callable, Collection as Many
from typing import Any, TypeVar

from services.registry.collection import Entity
from services.registry.store import Site, Store, Stored
from shared.contracts.registry import EntityName

Found = TypeVar("Found")


class Recalling:
    """A :class:`services.registry.store.Store` over another, inside one write transaction: nobody else writes."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[EntityName, dict[str, Stored | None]] = {}
        self._sites: dict[str, Site | None] = {}

    def known(self, entity: EntityName, ids: Many[str]) -> dict[str, Stored]:
        """See Store."""
        return _recalled(self._known.setdefault(entity, {}), ids, lambda asked: self._store.known(entity, asked))

    def sites(self, slugs: Many[str]) -> dict[str, Site]:
        """See Store."""
        return _recalled(self._sites, slugs, self._store.sites)

    def replace(self, entity: EntityName, key: str, before: Stored, after: Entity) -> Stored:
        """See Store."""
        self._known.get(entity, {}).pop(key, None)
        return self._store.replace(entity, key, before, after)

    def __getattr__(self, name: str) -> Any:
        """Everything else is the other's."""
        return getattr(self._store, name)


def _recalled(
    told: dict[str, Found | None], wanted: Many[str], ask: Callable[[Many[str]], dict[str, Found]]
) -> dict[str, Found]:
    if unknown := [name for name in wanted if name not in told]:
        found = ask(unknown)
        told.update({name: found.get(name) for name in unknown})
    return {name: known for name in wanted if (known := told[name]) is not None}
