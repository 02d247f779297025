"""The positions of a design in one cell: ``living-room-lamp 照明；bedroom-curtain 遮阳 选配``; pure."""

import re
import unicodedata

from services.registry.importing import cells
from services.registry.importing.cells import Cell, Value
from services.registry.importing.kinds_homes import CATEGORIES

_BETWEEN = re.compile(r"\s*[;、\n]\s*")
_REQUIRED = {"必配": True, "选配": False, "required": True, "optional": False}
_CATEGORY = cells.words(CATEGORIES)


def read(cell: Cell) -> Value:
    """Each position by its code, its category, and whether it is required (it is, where that is not said).

    What is none stays text.
    """
    written = unicodedata.normalize("NFKC", cells.shown(cell))
    found = []
    for part in filter(None, _BETWEEN.split(written)):
        code, *rest = part.split()
        required = _REQUIRED.get(rest[1].casefold()) if len(rest) == 2 else True
        if len(rest) not in (1, 2) or required is None:
            return written
        found.append({"code": code, "category": _CATEGORY(rest[0]), "required": required})
    return found
