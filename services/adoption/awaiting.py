"""Waiting until all that the workers received by now has reached both InfluxDB and the facts.

Batches are compared, never times: a worker's clock may be another than ours, or a trial's.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, Protocol

PAUSE_S = 0.5


class TooLate(Exception):
    """The deadline passed before all that was received had reached both paths; ``workers`` lag."""

    def __init__(self, workers: Sequence[str]) -> None:
        super().__init__(", ".join(workers))
        self.workers = workers


class Heads(Protocol):
    """How far the journal is."""

    def heads(self) -> Mapping[str, int]:
        """Of each worker, the last batch it has received. Raises Unavailable if the journal is away."""


class Reached(Protocol):
    """How far the facts are."""

    def reached(self) -> Mapping[str, int]:
        """Of each worker, the batch up to which everything is in InfluxDB and in the facts: its last watermark's.

        Raises Unavailable if the database is away.
        """


class Clock(NamedTuple):
    """Time, as it passes at the edge; ``wait`` sleeps some seconds."""

    monotonic_s: Callable[[], float]
    wait: Callable[[float], None]
    deadline_s: float


def await_watermarks(journal: Heads, facts: Reached, clock: Clock) -> None:
    """Return once all that any worker received by now has reached InfluxDB and the facts.

    :raises TooLate: if that takes longer than the deadline
    :raises Unavailable: if the journal or the database is away
    """
    until_s = clock.monotonic_s() + clock.deadline_s
    heads = journal.heads()
    while lagging := _lagging(heads, facts.reached()):
        if clock.monotonic_s() > until_s:
            raise TooLate(lagging)
        clock.wait(PAUSE_S)


def _lagging(heads: Mapping[str, int], reached: Mapping[str, int]) -> list[str]:
    return sorted(worker for worker, batch in heads.items() if reached.get(worker, 0) < batch)
