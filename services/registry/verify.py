"""Check the change log's hash chain: ``python -m services.registry.verify``; 0 if it holds, 1 if it is broken."""

import sys

from services.registry.adapters.sql_database import SqlDatabase
from services.registry.chain import Broken, verify
from services.registry.settings import read_database_url


def main() -> int:
    """Say whether the chain holds, with its head, or which row is the first that is broken."""
    database = SqlDatabase(read_database_url(), lambda: 0)
    try:
        with database.reading() as reading:
            head = verify(reading.every_change())
    except Broken as broken:
        sys.stdout.write(f"变更记录已被破坏 / the change log is broken: {broken}\n")
        return 1
    finally:
        database.close()
    sys.stdout.write(f"变更记录完整 / the change log holds: {head.sequence} changes, head {head.hash}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
