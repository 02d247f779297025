"""The golden payloads under ``golden/``: written by hand, from the contract; never dumped from the program."""

import base64
import json
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from services.telemetry.directory import Directory

FOLDER = Path("tests/contracts/golden")
Json = dict[str, Any]


class AMessage(NamedTuple):
    """A message as the broker hands it on."""

    topic: str
    payload: bytes
    received_ms: int


def golden(folder: str) -> list[Any]:
    """Every file of a folder, for ``pytest.mark.parametrize``: the value, named by its file."""
    return [pytest.param(load(path), id=path.stem) for path in sorted((FOLDER / folder).glob("*.json"))]


def load(path: Path) -> Any:
    """A file's value."""
    return json.loads(path.read_text(encoding="utf-8"))


def message(case: Json) -> AMessage:
    """The message a case describes: ``payload`` (JSON), ``text``, ``base64``, or a record ``repeated``."""
    return AMessage(case["topic"], _payload(case), case["received_ms"])


def _payload(case: Json) -> bytes:
    if "text" in case:
        return str(case["text"]).encode().ljust(case.get("padded_to", 0))
    if "base64" in case:
        return base64.b64decode(case["base64"], validate=True)
    if "repeated" in case:
        record, times = case["repeated"]["record"], case["repeated"]["times"]
        return json.dumps([record | {"seq": seq} for seq in range(times)]).encode()
    return json.dumps(case["payload"], ensure_ascii=False).encode()


def directory() -> Directory:
    """A home and a museum; of acme, a lamp and a head-mounted display."""
    made = Directory()
    made.add_site("home", "home-1", "nanshan")
    made.add_site("vr", "museum", "futian")
    made.add_device("acme", "lamp-1")
    made.add_device("acme", "hmd-1")
    return made
