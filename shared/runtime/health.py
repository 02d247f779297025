"""A worker's sign of life: a small JSON file rewritten each second, read by the stack and by an operator."""

import os
from pathlib import Path
from typing import Any

import msgspec


class HealthFile:
    """``{"at": epoch_ms, "ready": true, …}``, replaced in one step, so that a reader never sees half of it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def write(self, at_ms: int, *, ready: bool, **facts: Any) -> None:
        """Replace the file."""
        fresh = self._path.with_suffix(".new")
        fresh.write_bytes(msgspec.json.encode({"at": at_ms, "ready": ready, **facts}))
        os.replace(fresh, self._path)  # noqa: PTH105 – the atomic rename is the point
