"""Databases for the registry, of either kind it runs on: a test that asks for them runs on both."""

import shutil
from pathlib import Path
from typing import Protocol
from uuid import uuid4

from services.registry.adapters import alembic_migrations
from tests.integration.postgresql_server import PostgresqlServer

TEMPLATE = "migrated"


class Databases(Protocol):
    """One kind of database, as SQLAlchemy names its dialect."""

    kind: str

    def empty(self) -> str:
        """The address of a new database without a table."""

    def migrated(self) -> str:
        """The address of a new database with every table."""

    def like(self, url: str) -> str:
        """The address of a new database with what one has to which nobody is connected."""


class SqliteFiles:
    """Files in a folder."""

    kind = "sqlite"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._template = folder / f"{TEMPLATE}.db"

    def empty(self) -> str:
        return f"sqlite:///{self._folder / uuid4().hex}.db"

    def migrated(self) -> str:
        if not self._template.exists():
            alembic_migrations.upgrade(f"sqlite:///{self._template}")
        return self.like(f"sqlite:///{self._template}")

    def like(self, url: str) -> str:
        file = Path(url.removeprefix("sqlite:///"))
        assert not file.with_name(f"{file.name}-wal").exists(), "somebody is connected"
        return f"sqlite:///{shutil.copy(file, self._folder / f'{uuid4().hex}.db')}"


class PostgresqlDatabases:
    """Databases of a server that has a migrated one to copy."""

    kind = "postgresql"

    def __init__(self, server: PostgresqlServer) -> None:
        self._server = server

    def empty(self) -> str:
        return self._create("template1")

    def migrated(self) -> str:
        return self._create(TEMPLATE)

    def like(self, url: str) -> str:
        return self._create(self._server.database_of(url))

    def _create(self, template: str) -> str:
        return self._server.create(uuid4().hex, template)


def make_template(server: PostgresqlServer) -> None:
    """Migrate a database once for all that are copied from it."""
    alembic_migrations.upgrade(server.create(TEMPLATE))
