"""What telemetry's HTTP process answers from: a worker's mirror in the database, and who asks, with which token."""

import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.telemetry.adapters.sql_ledger import SqlLedger, connect
from services.telemetry.adapters.sql_ledger_pages import SqlLedgerPages
from services.telemetry.ledger import Ledger, ledger
from services.telemetry.mirroring import Mirroring
from shared.contracts.civil_time import day_of
from tests.unit.telemetry.home import Home
from tests.unit.telemetry.world import NOW, AMessage, Spooled

TODAY = day_of(NOW)
KEY = Ed25519PrivateKey.generate()


class World:
    """A spool, its mirror, and an InfluxDB that holds what the spool's cursor has passed."""

    def __init__(self, folder: Path) -> None:
        self.home = Home(folder / "spool.db")
        self.url = f"sqlite:///{folder}/telemetry.db"
        self.engine = connect(self.url)
        self.pages = SqlLedgerPages(self.engine)
        self.pages.create()
        self.stored: dict[tuple[str, int], int] = {}
        self.restart()

    @property
    def spool(self) -> Spooled:
        return self.home.spool

    def restart(self) -> None:
        self.mirroring = Mirroring(self.spool.mirroring, SqlLedger(self.engine, "w1"))

    def receive(self, *messages: AMessage) -> None:
        self.home.receive(*messages)

    def write(self) -> None:
        """Every line goes to InfluxDB, where a line written twice is one."""
        lines = self.home.lines()
        for line in set(lines):
            vendor = line.split("vendor=")[1].split(" ")[0]
            key = (vendor, day_of(int(line.rsplit(" ", 1)[1]) // 1_000_000))
            self.stored[key] = self.stored.get(key, 0) + 1
        head = self.spool.giving_out.cursors()[0]
        self.spool.giving_out.lines_written(head, None)
        self.spool.giving_out.events_published(head)

    def mirror(self) -> None:
        while self.mirroring.step(NOW):
            pass
        self.mirroring.step(NOW)  # so that the copy shows its own cursor

    def ledger(self, during: Callable[[], None] = lambda: None, vendors: list[str] | None = None) -> Ledger:
        """The ledger, with the worker copying on; ``during`` happens while InfluxDB counts."""
        stop = threading.Event()

        def stored(_from: int, _to: int) -> Mapping[tuple[str, int], int]:
            during()
            return dict(self.stored)

        def copy() -> None:
            while not stop.wait(0.01):
                self.mirroring.step(NOW)

        thread = threading.Thread(target=copy)
        thread.start()
        try:
            return ledger(self.pages, stored, TODAY - 1, TODAY + 1, vendors, NOW)
        finally:
            stop.set()
            thread.join()


class OneKey:
    def get(self, token: str) -> Any:
        return KEY.public_key()


def bearer(role: str, *vendors: str) -> dict[str, str]:
    claims = {"iss": "pilotlight", "sub": "k", "name": "n", "role": role, "iat": 1_700_000_000, "exp": 4_000_000_000}
    token = jwt.encode({**claims, "vendors": list(vendors)}, KEY, "EdDSA")
    return {"Authorization": f"Bearer {token}"}
