"""Why dwelling-level rows are read: the query parameter ``purpose``, and the row of the access log it becomes.

A query parameter, not a header: every client writes Chinese into a URL by itself (percent-encoded UTF-8, RFC 3986),
header values are ASCII; and the ``Link`` to the next page carries it along.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

import marshmallow as ma
from flask import request

from services.registry.accesses import Asking, told
from services.registry.collection import Collection, Entity
from services.registry.fields import purpose
from services.registry.refusal import Refused, fault, pointer
from services.registry.store import Database
from shared.runtime.auth import Principal, caller as who

PURPOSE = "purpose"
NOTHING_CHANGED = "修改而无变化 / a change that changed nothing"  # the purpose of whoever was so told the row
IMPORTED = "批量导入 / a bulk import"  # its report says what of its rows is registered, and what contradicts them
REFUSED = "登记或修改被拒 / a change that was refused"  # what is registered stood in its way, and was named
_TELLING = ("already_exists", "conflicting")
DRAWN = "审计抽样 / the draw of an audit's sample"
BEYOND = "户型配置比对 / which slots a design has not"
_MACHINE = "service"
_TOLD = "Why these rows are read, kept with the read; every role but service must say it, of whom its key's name stands"


class Purposed(ma.Schema):
    """Why it is read."""

    purpose = purpose(load_default=None, metadata={"description": _TOLD})


def asking(said: str | None, caller: Principal, operation: str) -> Asking:
    """Who asks for what, and why.

    :raises Refused: if nobody said why, and the caller is no machine
    """
    if said is None and caller.role != _MACHINE:
        raise Refused([fault(pointer(PURPOSE), "invalid_request", "rule.purpose_needed")])
    return Asking(caller.key, caller.role, operation, _address(), said or caller.name)


@contextmanager
def refusals_kept(
    database: Database, collection: Collection, operation: str, named: Sequence[tuple[str, Entity]]
) -> Iterator[None]:
    """Keep it as a read if these rows are refused for what is registered of single homes: the faults tell that.

    :raises Refused: what was raised inside
    """
    try:
        yield
    except Refused as refused:
        if collection.of_dwellings and any(each.reason in _TELLING for each in refused.faults):
            database.note(asking(REFUSED, who(), operation), told(collection, named))
        raise


def _address() -> str:
    query: list[tuple[str, Any]] = [(name, value) for name, value in request.args.items(multi=True) if name != PURPOSE]
    return f"{request.path}?{urlencode(query)}" if query else request.path
