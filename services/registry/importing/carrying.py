"""One file: checked only, or kept; all of it in one transaction, so that a crash leaves all or nothing."""

import hashlib
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple

from services.registry.accesses import Asking, told_of_file
from services.registry.importing import sheets
from services.registry.importing.entering import Entered, enter
from services.registry.importing.kind import Kind
from services.registry.importing.parsing import Sheet, parse, sheet_of
from services.registry.store import New, Store, Trying
from shared.contracts.registry_imports import Import
from shared.runtime.auth import Principal

CHECKING, KEEPING = "CHECKING", "KEEPING"
Watch = Callable[[str, int, int], None]  # told which of the two it is at, of how many rows that is done, of how many


class Result(NamedTuple):
    """What became of a file: CHECKED, KEPT or REFUSED; unless it was kept, ``entered`` is what would have been.

    ``import_id`` is that of the import, if one was kept and changed anything.
    """

    sheet: Sheet
    rows: int
    entered: Entered
    outcome: str
    import_id: str | None = None


class _NotKept(Exception):
    """Undoes everything an import has written."""


def unwatched(_state: str, _done: int, _rows: int) -> None:
    """Nobody asks how far it is."""


def carry_out(
    database: Trying,
    kind: Kind,
    content: bytes,
    caller: Principal,
    *,
    dry_run: bool,
    some: bool,
    watch: Watch = unwatched,
    asking: Asking | None = None,
) -> Result:
    """Check a file by doing everything it asks for, and keep that or undo it.

    With ``some`` the good rows are kept, though others are refused; else one fault refuses all. The writers' lock is
    held only while rows are entered: the file is read, and every row checked by its schema, before. With ``asking`` it
    is kept as a read, since faults tell what is registered.

    :raises Refused: if the file cannot be read as a sheet of this kind
    """
    sheet = sheet_of(kind, sheets.read(content))
    rows = len(sheet.lines)
    watch(CHECKING, 0, rows)
    entries, faults = parse(kind, sheet)
    if asking:
        database.note(asking, told_of_file(kind.collection, rows, [(entry.id, entry.loaded) for entry in entries]))
    transaction, state = (database.trying, CHECKING) if dry_run else (database.writing, KEEPING)
    watch(state, 0, rows)
    result = Result(sheet, rows, Entered(0, 0, 0, ()), "CHECKED" if dry_run else "KEPT")
    with suppress(_NotKept), transaction(caller.key) as store:
        first = store.head().sequence + 1
        entered = enter(store, kind, entries, caller, lambda done: watch(state, done, rows))
        result = result._replace(entered=entered._replace(faults=(*faults, *entered.faults)))
        if not dry_run:
            if result.entered.faults and not some:
                result = result._replace(outcome="REFUSED")
                raise _NotKept
            result = result._replace(import_id=_recorded(store, kind, content, caller, result, first))
    return result


def _recorded(store: Store, kind: Kind, content: bytes, caller: Principal, result: Result, first: int) -> str | None:
    """Log the import itself, behind what it did; what changed nothing is no import."""
    last = store.head().sequence
    if last < first:
        return None
    entered = result.entered
    row = Import(
        id=f"{first:09}",
        kind=kind.name,
        file_sha256=hashlib.sha256(content).hexdigest(),
        rows=result.rows,
        new=entered.new,
        changed=entered.changed,
        unchanged=entered.unchanged,
        first_sequence=first,
        last_sequence=last,
        imported_by=caller.key,
        imported_at=store.now(),
    )
    store.add("import", [New(row.id, row, None)])
    return row.id
