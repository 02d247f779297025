"""The one rule of a worker, on real processes: if a loop ends, the process ends with status 1."""

import signal
import subprocess
import sys

PROGRAM = """
import sys, threading
from shared.runtime.worker import run
def healthy(stop):
    print("running", flush=True)
    stop.wait()
def ends(stop):
    return
def raises(stop):
    raise ZeroDivisionError
def no_disk():
    print("no disk", flush=True)
    raise OSError(28, "No space left on device")
each_second = no_disk if sys.argv[1] == "full" else lambda: None
loops = {"healthy": healthy}
if sys.argv[1] in ("ends", "raises"):
    loops["other"] = {"ends": ends, "raises": raises}[sys.argv[1]]
sys.exit(run(loops, stop=threading.Event(), each_second=each_second))
"""


def start(case: str) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", PROGRAM, case], stdout=subprocess.PIPE, text=True)


def test_a_worker_ends_with_status_0_when_asked_to() -> None:
    with start("well") as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "running\n"
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0


def test_a_worker_whose_loop_returned_ends_with_status_1() -> None:
    with start("ends") as process:
        assert process.wait(10) == 1


def test_a_worker_whose_loop_raised_ends_with_status_1() -> None:
    with start("raises") as process:
        assert process.wait(10) == 1


def test_a_worker_that_cannot_write_its_sign_of_life_goes_on() -> None:
    with start("full") as process:
        assert process.stdout is not None
        assert [process.stdout.readline() for _ in range(3)] == ["running\n", "no disk\n", "no disk\n"]
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
