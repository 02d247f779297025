"""A local copy of the registry, kept by following its change feed: bootstrap and updates are one mechanism."""

import json
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import msgspec

from shared.contracts.registry import ENTITIES, Change
from shared.failures import Unavailable
from shared.runtime.delivery import until_done
from shared.runtime.registry_client import RegistryClient
from shared.runtime.sqlite import connect, snapshot, transaction

_SCHEMA = """
CREATE TABLE IF NOT EXISTS entity (
  entity TEXT NOT NULL, id TEXT NOT NULL, sequence INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (entity, id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS followed (
  one INTEGER PRIMARY KEY CHECK (one = 1), sequence INTEGER NOT NULL, hash TEXT NOT NULL);
INSERT OR IGNORE INTO followed VALUES (1, 0, '');
"""
_WAIT_S = 5  # a long poll cannot be interrupted, and a worker that is asked to stop should not wait long for it
_PAUSE_S = 1.0
Entity = TypeVar("Entity", bound=msgspec.Struct)


class Diverged(Exception):
    """The registry's log is not the one this copy followed: it was restored from a back-up.

    It ends the process; started again, it follows the log from its beginning.
    """


class RegistryCopy:
    """The registry's entities as they stand after the last change followed.

    Every method may be called from any thread; each thread has a connection of its own.
    """

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self._path = path
        self._read_only = read_only
        self._local = threading.local()
        if not read_only:
            self._connection().executescript(_SCHEMA)

    def _connection(self) -> sqlite3.Connection:
        if not hasattr(self._local, "connection"):
            self._local.connection = connect(self._path, "NORMAL", read_only=self._read_only)
        connection: sqlite3.Connection = self._local.connection
        return connection

    def sequence(self) -> int:
        """The last change applied.

        :raises Unavailable: if the copy cannot be read, or has not been begun
        """
        return self._followed()[0]

    def _followed(self) -> tuple[int, str]:
        try:
            row: tuple[int, str] = self._connection().execute("SELECT sequence, hash FROM followed").fetchone()
        except sqlite3.OperationalError as error:
            raise Unavailable("database", f"{self._path}: {error}") from error
        return row

    def all(self, kind: type[Entity]) -> Iterator[tuple[str, Entity]]:
        """Every entity of a kind, as (id, body), in the order of ids."""
        name = _NAMES[kind]
        rows = self._connection().execute("SELECT id, body FROM entity WHERE entity = ? ORDER BY id", (name,))
        for key, body in rows:
            yield key, msgspec.json.decode(body, type=kind)

    @contextmanager
    def snapshot(self) -> Iterator[int]:
        """Everything read inside the block, on this thread, is of one moment; gives the last change applied by then.

        :raises Unavailable: if the copy cannot be read, or has not been begun
        """
        with snapshot(self._connection()):
            yield self.sequence()

    def apply(self, changes: Iterable[Change]) -> None:
        """Take changes over, in one transaction; changes already applied change nothing."""
        with transaction(self._connection()) as connection:
            for change in changes:
                if change.after is None:
                    connection.execute("DELETE FROM entity WHERE entity = ? AND id = ?", (change.entity, change.id))
                else:
                    connection.execute(
                        "INSERT OR REPLACE INTO entity VALUES (?, ?, ?, ?)",
                        (
                            change.entity,
                            change.id,
                            change.sequence,
                            json.dumps(change.after, ensure_ascii=False),
                        ),
                    )
                connection.execute(
                    "UPDATE followed SET sequence = ?, hash = ? WHERE sequence < ?",
                    (change.sequence, change.hash, change.sequence),
                )

    def follow(self, client: RegistryClient, stop: threading.Event, on_changes: Callable[[list[Change]], None]) -> None:
        """Follow the change feed until ``stop``; ``on_changes`` is told of each page after it was applied.

        :raises Stopping: if stopped while the registry or the disk was away
        :raises Diverged: if the registry's log is not the one followed so far; the copy is empty then
        """
        while not stop.is_set():
            begun = time.monotonic()
            if changes := until_done(lambda: self._follow_once(client), stop):
                on_changes(changes)
            elif (
                time.monotonic() - begun < _PAUSE_S
            ):  # a busy registry answers at once instead of letting us wait there
                stop.wait(_PAUSE_S)

    def _follow_once(self, client: RegistryClient) -> list[Change]:
        sequence, hash_ = self._followed()
        page = client.changes(sequence, _WAIT_S)
        if page.head < sequence or (sequence and page.changes and page.changes[0].previous_hash != hash_):
            self._forget()
            raise Diverged(f"{self._path} followed the log to {sequence}; the registry has another (a back-up?)")
        self.apply(page.changes)
        return page.changes

    def _forget(self) -> None:
        with transaction(self._connection()) as connection:
            connection.execute("DELETE FROM entity")
            connection.execute("UPDATE followed SET sequence = 0, hash = ''")


_NAMES = {kind: name for name, kind in ENTITIES.items()}
