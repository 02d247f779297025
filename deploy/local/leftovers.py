"""Find and end what a stack left running, also when its supervisord was killed.

Every process of a stack inherited ``PILOTLIGHT_STACK=<absolute folder>``; that value, whole, is what is looked for.
"""

import os
import signal
import time
from pathlib import Path

from deploy.local.folders import STACK_VARIABLE, Folders

_POLL_S = 0.05


def find(folders: Folders) -> list[int]:
    """The ids of all processes of this stack; a process that has ended and waits for its parent is none."""
    mark = f"{STACK_VARIABLE}={folders.var}".encode()
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            belongs = mark in (entry / "environ").read_bytes().split(b"\0")
        except OSError:
            continue  # gone meanwhile, or another user's
        if belongs and int(entry.name) != os.getpid():
            found.append(int(entry.name))
    return found


def end(folders: Folders, grace_s: float = 15) -> int:
    """End all processes of this stack: TERM, and KILL for those still there after ``grace_s``.

    :returns: how many there were
    """
    found = find(folders)
    for number, wait_s in ((signal.SIGTERM, grace_s), (signal.SIGKILL, 5.0)):
        for pid in find(folders):
            _signal(pid, number)
        deadline = time.monotonic() + wait_s
        while find(folders) and time.monotonic() < deadline:
            time.sleep(_POLL_S)
    return len(found)


def _signal(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return  # it ended by itself meanwhile
