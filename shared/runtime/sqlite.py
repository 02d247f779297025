"""SQLite as every service of ours opens it: WAL, and explicit transactions, a writer's or a reader's."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from shared.failures import Unavailable


def connect(
    path: Path, synchronous: Literal["FULL", "NORMAL"] = "FULL", *, read_only: bool = False
) -> sqlite3.Connection:
    """A connection in autocommit mode; use :func:`transaction` or :func:`snapshot` to group statements.

    FULL: a commit is on disk when it returns. NORMAL: a power cut may undo the last commits (use it only where
    redoing them is harmless).

    :raises Unavailable: if the file cannot be opened
    """
    try:
        mode = "ro" if read_only else "rwc"
        connection = sqlite3.connect(
            f"file:{path}?mode={mode}", uri=True, isolation_level=None, timeout=30, check_same_thread=False
        )
        if not read_only:
            connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(f"PRAGMA synchronous = {synchronous}")
        connection.execute("PRAGMA foreign_keys = ON")
    except sqlite3.OperationalError as error:
        raise Unavailable("database", f"{path}: {error}") from error
    return connection


@contextmanager
def transaction(connection: sqlite3.Connection, part: str = "database") -> Iterator[sqlite3.Connection]:
    """One write transaction: committed at the end of the block, rolled back if it raises.

    :raises Unavailable: if the database cannot be written (disk full, locked, I/O error)
    """
    with _available(part):
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
            connection.execute("COMMIT")
        except BaseException:
            connection.rollback()  # does nothing where SQLite has done it itself
            raise


@contextmanager
def snapshot(connection: sqlite3.Connection, part: str = "database") -> Iterator[sqlite3.Connection]:
    """Everything read inside the block is of one moment; no writer waits for it, and it waits for none.

    :raises Unavailable: if the database cannot be read
    """
    with _available(part):
        connection.execute("BEGIN")
        try:
            yield connection
        finally:
            connection.rollback()


@contextmanager
def _available(part: str) -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_ERROR:
            raise  # a wrong statement is a defect: waiting would not mend it
        raise Unavailable(part, str(error)) from error
