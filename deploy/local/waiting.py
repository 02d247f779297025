"""Wait until programs are healthy, say how far it is, and say why not."""

import time
from collections.abc import Callable, Collection
from pathlib import Path

from deploy.local.failures import StackFailed
from deploy.local.folders import Folders
from deploy.local.health import Health, Unhealthy
from deploy.local.supervisord import State, Supervisord

_POLL_S = 0.1
_MOST_STARTS = 3  # a program that ended this often while we waited will not become healthy by itself
_TAIL_LINES = 15


class Waiting:
    """Waits for the programs of one stack."""

    def __init__(self, folders: Folders, supervisord: Supervisord, health: Health, say: Callable[[str], None]) -> None:
        self._folders = folders
        self._supervisord = supervisord
        self._health = health
        self._say = say

    def until_healthy(self, names: Collection[str], until: float) -> None:
        """Wait until each program runs and passes its check; ``until`` is on the monotonic clock.

        :raises StackFailed: naming the first part that is not healthy, why, and the end of its log
        """
        began = time.monotonic()
        waiting = list(names)
        starts: dict[str, set[int]] = {name: set() for name in names}
        while waiting:
            states = self._supervisord.states()
            for name in tuple(waiting):
                state = states[name]
                starts[name].add(state.started_s)
                if why := self._why_not(state):
                    if len(starts[name] - {0}) > _MOST_STARTS or time.monotonic() > until:
                        raise StackFailed(self._report(name, why))
                    continue
                waiting.remove(name)
                done = len(names) - len(waiting)
                self._say(f"  {done}/{len(names)} {name} 就绪 / ready ({time.monotonic() - began:.1f} s)")
            if waiting:
                time.sleep(_POLL_S)

    def _why_not(self, state: State) -> str | None:
        if not state.pid:
            return state.state
        try:
            self._health.check(state.name)
        except Unhealthy as why:
            return str(why)
        return None

    def _report(self, name: str, why: str) -> str:
        log = self._folders.log_of(name)
        return f"{name} 未就绪 / is not healthy: {why}\n  {log}:\n{tail(log)}"


def tail(path: Path, lines: int = _TAIL_LINES) -> str:
    """The last lines of a log."""
    if not path.exists():
        return "(无日志 / no log)"
    return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])
