"""The one place that decides what failure means for work that must not be lost.

*Unavailable* is waited out, with growing pauses, for as long as it takes. Anything else is a defect: it ends the
process, and the supervisor starts it again from what is durable.
"""

import logging
import threading
from collections.abc import Callable
from typing import TypeVar

from shared.failures import Unavailable

_log = logging.getLogger(__name__)
FIRST_PAUSE_S = 0.2
LONGEST_PAUSE_S = 5.0

Result = TypeVar("Result")


class Stopping(Exception):
    """The process was asked to stop while it waited; what was being done is still undone."""


def until_done(
    action: Callable[[], Result],
    stop: threading.Event,
    on_unavailable: Callable[[Unavailable], None] | None = None,
) -> Result:
    """Do ``action`` until it succeeds, waiting out every Unavailable.

    :raises Stopping: if ``stop`` is set while waiting
    """
    pause_s = FIRST_PAUSE_S
    while True:
        try:
            return action()
        except Unavailable as failure:
            _log.warning("unavailable", extra={"part": failure.part, "why": str(failure), "again_in_s": pause_s})
            if on_unavailable:
                on_unavailable(failure)
        if stop.wait(pause_s):
            raise Stopping
        pause_s = min(pause_s * 2, LONGEST_PAUSE_S)
