"""Start supervisord for a stack, and talk to it through its socket."""

import contextlib
import http.client
import os
import socket
import subprocess
import sys
import time
import xmlrpc.client
from collections.abc import Collection
from typing import Any, NamedTuple

from supervisor.xmlrpc import Faults

from deploy.local.failures import StackFailed
from deploy.local.folders import ROOT, STACK_VARIABLE, Folders

_POLL_S = 0.05
_ANSWER_S = 10
_UP = ("STARTING", "RUNNING", "BACKOFF", "STOPPING")
_SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_INHERITED = ("HOME", "USER", "LOGNAME", "TMPDIR")
_GONE = (OSError, http.client.HTTPException, xmlrpc.client.ProtocolError)


class State(NamedTuple):
    """What supervisord knows of a program; ``pid`` is 0 while it does not run."""

    name: str
    state: str
    pid: int
    started_s: int
    log: str


class Supervisord:
    """The supervisord of one stack, running or not."""

    def __init__(self, folders: Folders) -> None:
        self._folders = folders
        self._child: subprocess.Popen[bytes] | None = None

    def launch(self, *, die_with_parent: bool) -> None:
        """Start it; returns when it answers.

        ``die_with_parent``: it ends with everything it started when the thread that called this is gone.

        :raises StackFailed: if it ends, or does not answer within 20 s
        """
        command = [sys.executable, "-m", "supervisor.supervisord", "-c", str(self._folders.etc / "supervisord.conf")]
        if die_with_parent:
            command = ["setpriv", "--pdeathsig", "TERM", *command]
        with self._folders.log_of("supervisord-start").open("wb") as output:
            self._child = subprocess.Popen(
                command,
                cwd=ROOT,
                env=environment(self._folders),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        deadline = time.monotonic() + 20
        while not self.answers():
            if self._child.poll() is not None or time.monotonic() > deadline:
                raise StackFailed(
                    "supervisord 未能启动 / did not start:\n" + self._folders.log_of("supervisord-start").read_text()
                )
            time.sleep(_POLL_S)

    def answers(self) -> bool:
        """Whether it runs."""
        try:
            self._call("supervisor.getState")
        except _GONE:
            return False
        except xmlrpc.client.Fault:
            return True  # it is about to end
        return True

    def states(self) -> dict[str, State]:
        """Every program's state.

        :raises StackFailed: if supervisord does not run
        """
        return {
            info["name"]: State(info["name"], info["statename"], info["pid"], info["start"], info["stdout_logfile"])
            for info in self._ask("supervisor.getAllProcessInfo")
        }

    def start(self, name: str) -> None:
        """Start a program, if it does not run; does not wait for it.

        :raises StackFailed: if supervisord does not run or cannot start it
        """
        try:
            self._ask("supervisor.startProcess", name, False)
        except xmlrpc.client.Fault as fault:
            if fault.faultCode != Faults.ALREADY_STARTED:
                raise StackFailed(f"{name}: {fault.faultString}") from fault

    def stop(self, names: Collection[str], wait_s: float = 60) -> None:
        """Stop programs, all at once, and wait until they have ended.

        :raises StackFailed: if supervisord does not run, or one has not ended in time
        """
        for name in names:
            try:
                self._ask("supervisor.stopProcess", name, False)
            except xmlrpc.client.Fault as fault:
                if fault.faultCode != Faults.NOT_RUNNING:
                    raise StackFailed(f"{name}: {fault.faultString}") from fault
        deadline = time.monotonic() + wait_s
        while left := [name for name, state in self.states().items() if name in names and state.state in _UP]:
            if time.monotonic() > deadline:
                raise StackFailed(f"未能停止 / not stopped within {wait_s:.0f} s: {', '.join(left)}")
            time.sleep(_POLL_S)

    def shut_down(self, wait_s: float = 60) -> None:
        """End supervisord and whatever it still runs; returns when it is gone, or after ``wait_s``."""
        try:
            self._call("supervisor.shutdown")
        except (*_GONE, xmlrpc.client.Fault):
            return
        deadline = time.monotonic() + wait_s
        while self.answers() and time.monotonic() < deadline:
            time.sleep(_POLL_S)
        if self._child is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):  # then it is among the leftovers
                self._child.wait(max(0.1, deadline - time.monotonic()))

    def _ask(self, method: str, *parameters: Any) -> Any:
        try:
            return self._call(method, *parameters)
        except _GONE as error:
            raise StackFailed(f"本地环境未运行 / this stack is not up: {self._folders.var}") from error

    def _call(self, method: str, *parameters: Any) -> Any:
        # A connection per call: supervisord may have been replaced by another since the last one.
        transport = _SocketTransport(str(self._folders.socket))
        try:
            with xmlrpc.client.ServerProxy("http://localhost", transport=transport) as server:
                return getattr(server, method)(*parameters)
        finally:
            transport.close()


class _SocketConnection(http.client.HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=_ANSWER_S)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(_ANSWER_S)
        self.sock.connect(self._path)


class _SocketTransport(xmlrpc.client.Transport):
    """XML-RPC over a Unix socket."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self._path = path

    def make_connection(self, host: Any) -> http.client.HTTPConnection:  # noqa: ARG002 – the socket is the host
        return _SocketConnection(self._path)


def environment(folders: Folders) -> dict[str, str]:
    """What every process of a stack inherits: nothing else, since servers take settings of the same form from it."""
    kept = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    path = f"{os.environ.get('PATH', '')}:{_SYSTEM_PATH}".removeprefix(":")
    return {**kept, "PATH": path, "LANG": "C.UTF-8", STACK_VARIABLE: str(folders.var)}
