"""The journal's files: ``journal/YYYY/MM/DD/NNNNNNNNN.jsonl.gz`` by civil day of receipt, never changed once named."""

import os
from pathlib import Path

from services.telemetry.journal import Header
from shared.failures import Unavailable


class JournalFiles:
    """Writes the segments of one worker below a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def write(self, header: Header, content: bytes) -> None:
        """Write a segment: whole and on disk, under its name, when this returns.

        :raises Unavailable: if it cannot be written
        """
        path = segment_path(self._folder, header)
        fresh = path.with_suffix(".new")
        try:
            self._make(path.parent)
            with fresh.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(path)
            _sync(path.parent)
        except OSError as error:
            raise Unavailable("journal", str(error)) from error

    def _make(self, folder: Path) -> None:
        """Make a folder and those above it; each one's name is on disk when this returns."""
        if folder.exists():
            return
        if folder != self._folder:
            self._make(folder.parent)
        folder.mkdir(parents=True, exist_ok=True)
        _sync(folder.parent)


def segment_path(folder: Path, header: Header) -> Path:
    """Where a segment lies."""
    return path_of(folder, header.segment, header.day)


def path_of(folder: Path, segment: int, day: str) -> Path:
    """Where a segment of a civil day of receipt (``2026-11-22``) lies."""
    return folder.joinpath(*day.split("-")) / f"{segment:09d}.jsonl.gz"


def _sync(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
