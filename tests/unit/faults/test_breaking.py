"""A fault that cannot be done fails the run."""

import subprocess
import sys
from collections.abc import Iterator

import pytest

from deploy.local.failures import StackFailed
from tests.faults import breaking
from tests.faults.schedule import Fault


class OneProgram:
    """A stack with one program: a sleeping process of the test's own."""

    def __init__(self) -> None:
        self.process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
        self.survives = False

    def pid(self, _name: str) -> int:
        return self.process.pid if self.process.poll() is None else 0

    def kill(self, name: str) -> int:
        if not self.pid(name):
            raise StackFailed("does not run")
        if not self.survives:
            self.process.kill()
        return self.process.pid


@pytest.fixture
def program(monkeypatch: pytest.MonkeyPatch) -> Iterator[OneProgram]:
    monkeypatch.setattr(breaking, "_RUNS_WITHIN_S", 0.2)
    made = OneProgram()
    yield made
    made.process.kill()
    made.process.wait()


def test_a_killed_program_is_gone(program: OneProgram) -> None:
    breaking.do(program, Fault(0, "kill", "x"))  # type: ignore[arg-type]

    assert program.process.wait(5) == -9


def test_a_program_that_does_not_run_cannot_be_killed(program: OneProgram) -> None:
    program.process.kill()
    program.process.wait()

    with pytest.raises(breaking.NotDone, match="does not run"):
        breaking.do(program, Fault(0, "kill", "x"))  # type: ignore[arg-type]


def test_a_program_that_outlives_its_kill_is_no_fault(program: OneProgram) -> None:
    program.survives = True

    with pytest.raises(breaking.NotDone, match="outlived"):
        breaking.do(program, Fault(0, "kill", "x"))  # type: ignore[arg-type]
