"""The change log's head goes to the process's own log: whoever archives that can show later that no tail was cut off.

One line when the process starts, one at least every hour though nothing changed, one when it ends::

    {"time": "…", "message": "head of the change log", "sequence": 12, "hash": "…", "at": "2026-11-29T04:05:06.007Z", …}
"""

import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

import msgspec

from services.registry.chain import Head
from services.registry.store import Database
from shared.contracts.civil_time import rfc3339
from shared.failures import Unavailable

_TOLD = "head of the change log"
_EVERY_S = 1_800  # twice an hour: one that fails is no gap
_AGAIN_S = 60
_LONGEST_END_S = 5
_log = logging.getLogger(__name__)


class ToldHead(NamedTuple):
    """A head as a log has it, at a line that counts from 1."""

    line: int
    head: Head
    at: str


class Heads:
    """Tells the head from a thread of its own, between :meth:`begin` and :meth:`end`."""

    def __init__(self, database: Database, now_ms: Callable[[], int], every_s: float = _EVERY_S) -> None:
        self._database = database
        self._now_ms = now_ms
        self._every_s = every_s
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="heads", daemon=True)

    def begin(self) -> None:
        """Tell it now and from then on."""
        self._thread.start()

    def end(self) -> None:
        """Tell it once more, the last time; for when no request is being answered any more."""
        self._ending.set()
        self._thread.join(_LONGEST_END_S)
        self._tell("end")

    def _run(self) -> None:
        when = "start"
        while not self._ending.is_set():
            told = self._tell(when)
            when = "hour" if told else when
            self._ending.wait(self._every_s if told else _AGAIN_S)

    def _tell(self, when: str) -> bool:
        try:
            with self._database.reading() as reading:
                head = reading.head()
        except Unavailable as failure:
            _log.warning("the head of the change log is not known", extra={"why": str(failure), "when": when})
            return False
        told = {**head._asdict(), "at": rfc3339(self._now_ms()), "when": when}
        _log.info(_TOLD, extra=told)
        return True


def heads_in(lines: Iterable[str]) -> Iterator[ToldHead]:
    """The heads that a log tells; other lines, and what a log's keeper put before a line, are passed over.

    :raises ValueError: if a line tells a head and is damaged
    """
    for number, line in enumerate(lines, start=1):
        if _TOLD in line:
            try:
                said = msgspec.json.decode(line[line.find("{") :])
                yield ToldHead(number, Head(int(said["sequence"]), str(said["hash"])), str(said["at"]))
            except (msgspec.DecodeError, KeyError, TypeError, ValueError) as error:
                raise ValueError(f"line {number} is damaged: {error}") from error


def first_unmet(told: Iterable[ToldHead], hashes: Mapping[int, str]) -> ToldHead | None:
    """The first head that is not in a chain, of which these hashes are known by sequence."""
    return next((each for each in told if hashes.get(each.head.sequence) != each.head.hash), None)
