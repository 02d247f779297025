"""What stands in a cell, as the registry's schemas want it; pure.

A cell that cannot be read as what its column wants stays text, so that the schema says what is wrong with it. A cell
is never a formula: one that begins with ``=`` is text like any other.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

Cell = str | int | float | bool | date | time | timedelta | None
Value = str | int | bool | list[Any] | dict[str, Any]

EXACT_BELOW = 10**15  # Excel keeps fifteen digits of a number: an id that is longer has lost its end
_INVISIBLE = "\ufeff\u200b\u00a0"
_MIDNIGHT = time()
_WHOLE = re.compile(r"[+-]?\d{1,9}(?:\.0+)?", re.ASCII)
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]00:00(?::00)?)?", re.ASCII)
_MONTH = re.compile(r"(\d{4})[-/.年](\d{1,2})月?", re.ASCII)
_FLAGS = {"是": True, "否": False, "true": True, "false": False, "yes": True, "no": False, "1": True, "0": False}


def shown(cell: Cell) -> str:
    """A cell as its reader sees it: 3.0 is 3, a date has no time of day; nothing is an empty text."""
    if isinstance(cell, str):
        return cell.strip().strip(_INVISIBLE).strip()
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime) and cell.time() == _MIDNIGHT:
        return cell.date().isoformat()
    return str(cell)


def text(cell: Cell) -> Value:
    """Text, trimmed; a number as its digits."""
    return shown(cell)


def whole(cell: Cell) -> Value:
    """A whole number, also if it is written as text or as 3.0."""
    written = _plain(cell)
    return int(float(written)) if _WHOLE.fullmatch(written) else written


def day(cell: Cell) -> Value:
    """A date: Excel's, or 2026-11-29, 2026/11/29, 2026年11月29日."""
    written = _plain(cell)
    found = _DAY.fullmatch(written)
    return f"{found[1]}-{int(found[2]):02}-{int(found[3]):02}" if found else written


def month(cell: Cell) -> Value:
    """A month: 2026-11, 2026/11, 2026年11月, or the date of its first day, which is what Excel makes of it."""
    written = _plain(cell)
    if found := _MONTH.fullmatch(written):
        return f"{found[1]}-{int(found[2]):02}"
    first = _DAY.fullmatch(written)
    return f"{first[1]}-{int(first[2]):02}" if first and int(first[3]) == 1 else written


def flag(cell: Cell) -> Value:
    """是 or 否, TRUE or FALSE, yes or no, 1 or 0."""
    written = _plain(cell)
    return _FLAGS.get(written.casefold(), written)


def words(names: Mapping[str, str]) -> Callable[[Cell], Value]:
    """How a word of an enumeration is read: by itself, or by its Chinese name."""
    known = {_folded(name): code for code, name in names.items()} | {_folded(code): code for code in names}

    def word(cell: Cell) -> Value:
        written = shown(cell)
        return known.get(_folded(written), written)

    return word


def lost_digits(cell: Cell) -> bool:
    """Whether a number is so long that Excel has changed it."""
    return isinstance(cell, int | float) and abs(cell) >= EXACT_BELOW


def _plain(cell: Cell) -> str:
    """As shown, full-width digits and signs as ordinary ones."""
    return unicodedata.normalize("NFKC", shown(cell))


def _folded(written: str) -> str:
    return unicodedata.normalize("NFKC", written).casefold()
