"""The simulators' commands, as a person would start them."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


def simulate(folder: Path, *arguments: str) -> "subprocess.Popen[str]":
    """A command under way, in a folder."""
    return subprocess.Popen(
        [sys.executable, "-m", "simulators", *arguments],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )


def answer(process: "subprocess.Popen[str]") -> Any:
    """What it printed, once it has ended well."""
    out, _ = process.communicate(timeout=120)
    assert process.returncode == 0, out
    return json.loads(out)
