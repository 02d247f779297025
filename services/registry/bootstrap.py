"""Before the registry's first start, and before every other: ``python -m services.registry.bootstrap``.

Migrates the database, makes the signing key, and writes the first keys; what is there already stays as it is. A
machine's key in its last thirty days is replaced in its file by a fresh one, and lasts to its end: so a system that is
started now and then never stops for a key. A revoked one is replaced too. The administrator's has no end, it is the way
in; once it is revoked, a mere start lets nobody in again.
"""

import json
import time
from datetime import date
from pathlib import Path

from services.registry import keys, settings
from services.registry.adapters import alembic_migrations
from services.registry.adapters.sql_database import SqlDatabase
from services.registry.tokens import new_signing_key
from shared.contracts.civil_time import date_from_day, day_of
from shared.runtime import logs
from shared.runtime.private_files import write_private

FIRST_KEYS = {"admin": "administrator", "telemetry": "service", "adoption": "service"}
ACTOR = "bootstrap"


def main() -> None:
    """Do what is missing."""
    logs.configure()
    told = settings.read_bootstrap()
    alembic_migrations.upgrade(told.database_url)
    if not told.signing_key_file.exists():
        write_private(told.signing_key_file, new_signing_key())
    now_ms = time.time_ns() // 1_000_000
    database = SqlDatabase(told.database_url, lambda: now_ms)
    today = date_from_day(day_of(now_ms))
    for name, role in FIRST_KEYS.items():
        path = told.credentials_dir / f"{name}.json"
        if not _is_good(database, path, today):
            write_private(path, _fresh_key(database, name, role, today))
    database.close()


def _is_good(database: SqlDatabase, path: Path, today: date) -> bool:
    """Whether a file names a key of this database that is to stay; an administrator's does, though it was revoked."""
    if not path.exists():
        return False
    with database.reading() as reading:
        found = reading.key_and_secret(json.loads(path.read_text(encoding="utf-8"))["key"])
    if found is None or (found[0].role in keys.MACHINES and not found[0].active):
        return False
    return found[0].expires_on is None or found[0].expires_on > today + keys.SOON


def _fresh_key(database: SqlDatabase, name: str, role: str, today: date) -> bytes:
    """A key as its file has it; it is in the database first, so that a file never names one that is not."""
    with database.writing(ACTOR) as store:
        made = keys.create(store, name, role, [], [], keys.expiry(role, None, today))
    return json.dumps({**made._asdict(), "role": role}, indent=2).encode() + b"\n"


if __name__ == "__main__":
    main()
