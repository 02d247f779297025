"""kill -9 in the middle of an import leaves none of it, and a change log that holds."""

import signal
import subprocess
import sys
from pathlib import Path

from services.registry import chain
from services.registry.adapters.sql_database import SqlDatabase
from services.registry.app import now_ms
from tests.integration.databases import SqliteFiles
from tests.integration.registry_under_test import VENDOR, registry
from tests.integration.spreadsheets import KEEP, as_csv, counts, upload

KILLED_AT_THE_THIRD_CHUNK = """
import os, signal, sys
from services.registry.adapters.sql_database import SqlDatabase
from services.registry.adapters.sql_store import SqlStore
from services.registry.importing.carrying import carry_out
from services.registry.importing.kinds import KINDS
from shared.runtime.auth import Principal

add, chunks = SqlStore.add, []
def add_until_killed(self, entity, rows):
    add(self, entity, rows)
    chunks.append(len(rows))
    if len(chunks) == 3:
        print(sum(chunks), flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
SqlStore.add = add_until_killed
url, path = sys.argv[1:]
kind = next(kind for kind in KINDS if kind.name == "devices")
caller = Principal("k", "an administrator", "administrator")
carry_out(SqlDatabase(url, lambda: 0), kind, open(path, "rb").read(), caller, dry_run=False, some=False)
"""


def test_an_import_that_is_killed_leaves_none_of_it(tmp_path: Path) -> None:
    made = registry(SqliteFiles(tmp_path))
    made.admin.made("/v1/organisations", VENDOR)
    content = as_csv(["厂商", "设备编号"], *(["acme", f"d{number}"] for number in range(5_000)))
    file = tmp_path / "devices.csv"
    file.write_bytes(content)
    before = made.admin.changes()

    killed = subprocess.run(
        [sys.executable, "-c", KILLED_AT_THE_THIRD_CHUNK, made.url, str(file)], capture_output=True, text=True
    )

    assert (killed.returncode, killed.stdout) == (-signal.SIGKILL, "3000\n"), killed.stderr
    assert made.admin.changes() == before
    assert made.admin.get("/v1/devices").json == []
    assert counts(upload(made, made.admin, "devices", content, KEEP)) == ("KEPT", 5_000, 0, 0, 0)
    database = SqlDatabase(made.url, now_ms)
    with database.reading() as reading:
        assert chain.verify(reading.every_change()) == reading.head()
    database.close()
