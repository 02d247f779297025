"""Do a fault to a running stack, and make sure that it was one."""

import time

from deploy.local.failures import StackFailed
from deploy.local.stack import Stack
from tests.faults.schedule import Fault

_RUNS_WITHIN_S = 30
_HEALTHY_WITHIN_S = 90


class NotDone(Exception):
    """A fault could not be done: the run proves nothing about it."""


def do(stack: Stack, fault: Fault) -> None:
    """Do one fault; returns once it has happened: a kill leaves the supervisor to start the program again.

    :raises NotDone: if the program did not run, or was not gone afterwards
    """
    try:
        pid = _running(stack, fault.program)
        if fault.act == "kill":
            killed = stack.kill(fault.program)
            _until_gone(killed, fault)
            return
        stack.stop_program(fault.program)
        _until_gone(pid, fault)
        if fault.act == "away":
            time.sleep(fault.away_s)
            if stack.pid(fault.program):
                raise NotDone(f"{fault.program} came back by itself while it was to be away")
        stack.start_program(fault.program, deadline_s=_HEALTHY_WITHIN_S)
    except StackFailed as failure:
        raise NotDone(str(failure)) from failure


def recover(stack: Stack, program: str) -> None:
    """Wait until a program that was killed is healthy again.

    :raises NotDone: if it does not become so
    """
    try:
        stack.wait_healthy([program], deadline_s=_HEALTHY_WITHIN_S)
    except StackFailed as failure:
        raise NotDone(str(failure)) from failure


def _running(stack: Stack, program: str) -> int:
    """Its process id; a program killed a moment ago may still be starting.

    :raises NotDone: if it does not run within half a minute
    """
    deadline = time.monotonic() + _RUNS_WITHIN_S
    while not (pid := stack.pid(program)):
        if time.monotonic() > deadline:
            raise NotDone(f"{program} does not run, so no fault can be done to it")
        time.sleep(0.05)
    return pid


def _until_gone(pid: int, fault: Fault) -> None:
    deadline = time.monotonic() + _RUNS_WITHIN_S
    while _lives(pid):
        if time.monotonic() > deadline:
            raise NotDone(f"{fault.program} (process {pid}) outlived its {fault.act}")
        time.sleep(0.02)


def _lives(pid: int) -> bool:
    """Whether a process runs; one that has ended and waits for its parent does not."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as stat:  # noqa: PTH123 – read in one go
            return stat.read().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False
