"""Which requests were done: under its caller's name for it each is done once, and remembered for a month."""

from datetime import timedelta

import sqlalchemy as sa

from services.registry.adapters.sql_tables import IDEMPOTENCY
from services.registry.store import Once
from shared.contracts.civil_time import ms_from_rfc3339, rfc3339
from shared.failures import Rejected

_REMEMBERED_MS = timedelta(days=30) // timedelta(milliseconds=1)


def done_before(connection: sa.Connection, actor: str, time: str, once: Once) -> bool:
    """See :meth:`services.registry.store.Store.done_before`; the transaction holds the writer's lock."""
    forgotten = rfc3339(ms_from_rfc3339(time) - _REMEMBERED_MS)
    connection.execute(sa.delete(IDEMPOTENCY).where(IDEMPOTENCY.c.time < forgotten))
    same_name = sa.and_(IDEMPOTENCY.c.actor == actor, IDEMPOTENCY.c.key == once.key)
    known = connection.execute(sa.select(IDEMPOTENCY.c.request_sha256).where(same_name)).scalar_one_or_none()
    if known is None:
        row = {"actor": actor, "key": once.key, "request_sha256": once.request_sha256, "time": time}
        connection.execute(sa.insert(IDEMPOTENCY).values(row))
        return False
    if known != once.request_sha256:
        raise Rejected("idempotency_key_reused", what=once.key)
    return True
