"""One up or down at a time per stack."""

import fcntl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from deploy.local.failures import StackFailed
from deploy.local.folders import Folders

_WAIT_S = 180


@contextmanager
def alone(folders: Folders, say: Callable[[str], None]) -> Iterator[None]:
    """Hold the stack's lock inside the block; the kernel drops it also when the holder dies.

    :raises StackFailed: if another holds it for more than three minutes
    """
    until = time.monotonic() + _WAIT_S
    with folders.lock.open("a") as file:
        said = False
        while not _taken(file.fileno()):
            if time.monotonic() > until:
                raise StackFailed(f"另一个 up 或 down 仍在进行 / another up or down is at work: {folders.var}")
            if not said:
                say("等待另一个 up 或 down 结束 / waiting for another up or down to end")
                said = True
            time.sleep(0.1)
        yield


def _taken(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
