"""Our processes as tests run them: whatever happens, they are gone when the test is over."""

import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import requests

from deploy.local.ports import free_ports
from tests.system.polling import until

Process = subprocess.Popen[bytes]


def spawn(environment: Mapping[str, str], module: str, *arguments: str) -> Process:
    return subprocess.Popen([sys.executable, "-m", module, *arguments], env=environment)


def end(process: Process) -> int:
    """Ask it to end (TERM) and wait for its status; it is gone afterwards also if it did not listen."""
    process.terminate()
    try:
        return process.wait(30)
    finally:
        process.kill()
        process.wait()


@contextmanager
def running(environment: Mapping[str, str], module: str, *arguments: str) -> Iterator[Process]:
    process = spawn(environment, module, *arguments)
    try:
        yield process
    finally:
        end(process)


@contextmanager
def serving_http(environment: Mapping[str, str], application: str) -> Iterator[str]:
    """An HTTP process under gunicorn; its address, once it answers there."""
    address = f"127.0.0.1:{free_ports().telemetry}"
    with running(environment, "gunicorn", "-c", "deploy/local/gunicorn_conf.py", "--bind", address, application):
        until(lambda: _answers(f"http://{address}/healthz"), bool, within_s=30)
        yield f"http://{address}"


def _answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=5).ok
    except requests.RequestException:
        return False


@contextmanager
def paused(process: Process) -> Iterator[None]:
    """It does nothing while the block lasts, and goes on after it."""
    process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        process.send_signal(signal.SIGCONT)
