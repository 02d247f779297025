"""A whole stack of its own, in a temporary folder on free ports, gone when the block ends."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from deploy.demo.api import Api
from deploy.local.ports import free_ports
from deploy.local.stack import Stack
from tests.system.city import administrator, civil_today
from tests.under_load.draining import until_followed
from tests.under_load.town import Town, settle


class PrivateStack:
    """A running stack, its administrator, and a folder for the files of those who use it."""

    def __init__(self, stack: Stack, folder: Path) -> None:
        self.stack = stack
        self.folder = folder
        self.api: Api = administrator(stack)

    @property
    def facts(self) -> Path:
        """Adoption's database."""
        return self.stack.folders.data_of("adoption") / "adoption.db"

    def town(self, vendor: str, devices: dict[str, int]) -> Town:
        """Register a vendor with so many devices by feed; returns when both workers know it."""
        registry = self.stack.urls["registry"]
        town = settle(self.api, registry, vendor, devices, civil_today())
        until_followed(self.stack, self.api.get(f"{registry}/v1/changes", limit=1, purpose="until followed")["head"])
        return town

    def ledger(self, vendor: str) -> dict[str, Any]:
        """A vendor's ledger of the days a load may have spoken of."""
        window = {"from": str(civil_today() - timedelta(days=10)), "to": str(civil_today() + timedelta(days=2))}
        found: dict[str, Any] = self.api.get(f"{self.stack.urls['telemetry']}/v1/ledger", vendor=vendor, **window)
        return found


@contextmanager
def private_stack(say: Callable[[str], None]) -> Iterator[PrivateStack]:
    """Start all of it; stop all of it and remove the folder at the end, however that comes about."""
    folder = Path(tempfile.mkdtemp(prefix="pilotlight-"))
    stack = Stack(folder / "var", free_ports(), say=say, die_with_parent=True)
    try:
        stack.start()
        yield PrivateStack(stack, folder)
    finally:
        stack.stop()
        shutil.rmtree(folder, ignore_errors=True)
