"""The page as an officer uses it, and what it must compute, by Python's own means."""

import base64
import csv
import hashlib
import hmac
import io
import json
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from playwright.sync_api import FilePayload, Page, expect

KEY = bytes(range(32))
OTHER_KEY = bytes(range(1, 33))
BOM = b"\xef\xbb\xbf"


def normalised(room: str) -> str:
    """The one way of writing a room number: NFKC, without separators, control and format characters."""
    wide = unicodedata.normalize("NFKC", room)
    kept = "".join(c for c in wide if unicodedata.category(c) not in ("Zs", "Zl", "Zp", "Cc", "Cf"))
    return unicodedata.normalize("NFKC", kept)


def ref_of(room: str, key: bytes = KEY) -> str:
    """A room's pseudonym."""
    mac = hmac.digest(key, normalised(room).encode(), "sha256")
    return base64.b32encode(mac[:10]).decode().lower()


def key_file(key: bytes = KEY, **other: Any) -> dict[str, Any]:
    """A key file as the page makes them."""
    made = {"format": "pilotlight-pseudonym-key", "version": 1, "pilot": "garden", "key": key.hex()}
    return made | {"fingerprint": hashlib.sha256(key).hexdigest()} | other


def csv_text(rows: Sequence[Sequence[str]]) -> str:
    """Rows as CSV."""
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue()


def rows_of(content: bytes) -> list[list[str]]:
    """The cells of a CSV that the page wrote; fails unless it is UTF-8 with a BOM."""
    assert content.startswith(BOM)
    return list(csv.reader(io.StringIO(content.removeprefix(BOM).decode(), newline="")))


class PseudonymPage:
    """The page in a tab; ``side`` is ``rooms`` (into refs) or ``refs`` (back)."""

    def __init__(self, tab: Page, folder: Path) -> None:
        self.tab = tab
        self._folder = folder

    def choose_key(self, file: object) -> None:
        """Choose a key file of this content."""
        self.choose("key", json.dumps(file).encode())

    def choose(self, side: str, content: bytes) -> None:
        """Choose a file; it is read when this returns."""
        file = FilePayload(name="chosen", mimeType="application/octet-stream", buffer=content)
        self.tab.set_input_files(f"#{side}-file", file)
        self.tab.wait_for_function("side => document.getElementById(`${side}-file`).value === ''", arg=side)

    def paste(self, side: str, text: str) -> None:
        """Put a text where tables are pasted."""
        self.tab.fill(f"#{side}-text", text)

    def said(self, side: str) -> list[str]:
        """What the page says about its key, or about one side: one line for each, Chinese first."""
        expect(self.tab.locator(f"#{side}-note")).to_be_visible()
        return self.tab.locator(f"#{side}-note li").all_inner_texts()

    def saved(self, side: str) -> bytes:
        """The file that is downloaded."""
        return self._downloaded(f"#{side}-save")

    def made_key(self, pilot: str) -> bytes:
        """The key file that the page makes for a pilot, once downloaded."""
        self.tab.fill("#pilot", pilot)
        return self._downloaded("#make-key")

    def refuses(self, side: str, reason: str) -> list[str]:
        """What it says, once it gives the reason and there is nothing to download."""
        expect(self.tab.locator(f"#{side}-note.bad")).to_contain_text(reason)
        expect(self.tab.locator(f"#{side}-save")).to_be_hidden()
        return self.said(side)

    def _downloaded(self, button: str) -> bytes:
        with self.tab.expect_download() as download:
            self.tab.click(button)
        kept = self._folder / download.value.suggested_filename
        download.value.save_as(kept)
        return kept.read_bytes()
