"""One file: checked only, or kept; all of it in one transaction, so that a crash leaves all or nothing."""

from contextlib import suppress
from typing import NamedTuple

from services.registry.importing import sheets
from services.registry.importing.entering import Entered, enter
from services.registry.importing.kinds import Kind
from services.registry.importing.parsing import Sheet, parse, sheet_of
from services.registry.store import Database
from shared.runtime.auth import Principal


class Result(NamedTuple):
    """What became of a file: CHECKED, KEPT or REFUSED; unless it was kept, ``entered`` is what would have been."""

    sheet: Sheet
    entered: Entered
    outcome: str


class _NotKept(Exception):
    """Undoes everything an import has written."""


def carry_out(
    database: Database, kind: Kind, content: bytes, caller: Principal, *, dry_run: bool, some: bool
) -> Result:
    """Check a file by doing everything it asks for, and keep that or undo it.

    With ``some`` the good rows are kept, though others are refused; else one fault refuses all.

    :raises Refused: if the file cannot be read as a sheet of this kind
    """
    sheet = sheet_of(kind, sheets.read(content))
    entries, faults = parse(kind, sheet)
    result = Result(sheet, Entered(0, 0, 0, tuple(faults)), "CHECKED" if dry_run else "KEPT")
    with suppress(_NotKept), database.writing(caller.key) as store:
        entered = enter(store, kind, entries, caller)
        result = result._replace(entered=entered._replace(faults=(*faults, *entered.faults)))
        if not dry_run and not some and result.entered.faults:
            result = result._replace(outcome="REFUSED")
        if result.outcome != "KEPT":
            raise _NotKept
    return result
