"""A worker process: named loops on threads of their own, and one rule – if any of them ends, the process ends.

A consumer that lost a thread but still looks connected would lose records; the supervisor restarts a dead process.
"""

import logging
import signal
import threading
from collections.abc import Callable, Mapping

from shared.failures import Unavailable
from shared.runtime.delivery import Stopping

_log = logging.getLogger(__name__)
Loop = Callable[[threading.Event], None]


def run(
    loops: Mapping[str, Loop], *, stop: threading.Event, each_second: Callable[[], None], grace_s: float = 20
) -> int:
    """Run the loops until SIGTERM or SIGINT, or until one of them ends by itself.

    Must be called on the main thread. ``each_second`` (health, watchdogs) runs there, about once a second; it ends the
    process by raising, unless what it raises is OSError or Unavailable.

    :returns: the exit status: 0 after a signal, 1 if a loop ended without being asked to, or would not stop
    """
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    ended: list[str] = []
    threads = [
        threading.Thread(target=_guarded, args=(name, loop, stop, ended), name=name, daemon=True)
        for name, loop in loops.items()
    ]
    for thread in threads:
        thread.start()
    _guarded("watch", lambda stop: _watch(stop, each_second), stop, ended)
    for thread in threads:
        thread.join(grace_s)
    ended += [thread.name for thread in threads if thread.is_alive()]
    if ended:
        _log.error("ending", extra={"because_of": ended})
    return 1 if ended else 0


def _guarded(name: str, loop: Loop, stop: threading.Event, ended: list[str]) -> None:
    try:
        loop(stop)
    except Stopping:
        _log.info("stopped while waiting", extra={"loop": name})
    except BaseException:
        _log.exception("loop failed", extra={"loop": name})
    if not stop.is_set():
        ended.append(name)
        stop.set()


def _watch(stop: threading.Event, each_second: Callable[[], None]) -> None:
    while not stop.wait(1.0):
        try:
            each_second()
        except (OSError, Unavailable) as failure:  # a full disk: the sign of life stays away, the work goes on or waits
            _log.warning("no sign of life could be given", extra={"why": str(failure)})
