"""The append-only access log: rows get their sequence under a lock of their own."""

from typing import Any

import sqlalchemy as sa

from services.registry.accesses import AccessesAsked, Asking, Noted, Told
from services.registry.adapters.sql_tables import ACCESS

_BETWEEN = "/"  # no slug holds one


def append(connection: sa.Connection, time: str, asking: Asking, told: Told) -> None:
    """Append a read. The transaction must hold the accesses' lock: else two would take one sequence."""
    last = connection.execute(sa.select(sa.func.max(ACCESS.c.sequence))).scalar_one()
    row = {**asking._asdict(), **told._asdict(), "sequence": (last or 0) + 1, "time": time}
    connection.execute(sa.insert(ACCESS).values({**row, "sites": _joined(told.sites)}))


def page(connection: sa.Connection, asked: AccessesAsked) -> list[Noted]:
    """Reads after a sequence, in order."""
    wanted = [ACCESS.c.sequence > asked.after]
    if asked.actor is not None:
        wanted.append(ACCESS.c.actor == asked.actor)
    if asked.since is not None:
        wanted.append(ACCESS.c.time >= asked.since)
    if asked.before is not None:
        wanted.append(ACCESS.c.time < asked.before)
    if asked.site is not None:
        wanted.append(ACCESS.c.sites.contains(_joined((asked.site,)), autoescape=True))
    query = sa.select(ACCESS).where(*wanted).order_by(ACCESS.c.sequence).limit(asked.limit)
    return [_noted(row) for row in connection.execute(query).mappings()]


def _noted(row: Any) -> Noted:
    asking = Asking(**{name: row[name] for name in Asking._fields})
    sites = tuple(row["sites"].strip(_BETWEEN).split(_BETWEEN)) if row["sites"] else ()
    return Noted(row["sequence"], row["time"], asking, Told(row["rows"], row["first"], row["last"], sites))


def _joined(sites: tuple[str, ...]) -> str:
    """``/garden/hall/``, in which a site is found with its slashes."""
    return f"{_BETWEEN}{_BETWEEN.join(sites)}{_BETWEEN}" if sites else ""
