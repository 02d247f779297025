"""The walk of a batch: what cannot be kept is not acknowledged, and what is acknowledged has been kept."""

from collections.abc import Mapping, Sequence, Set

import pytest

from services.telemetry.ingest import Ingest
from services.telemetry.model import Kept, Outcome, ReceivedEntry
from shared.failures import Unavailable
from tests.unit.telemetry.world import AMessage, directory, pack, usage

BATCH = [pack(usage()), pack(usage(ts=None)), pack(usage(device="new")), pack(usage(), usage())]
WHAT_BECAME_OF_IT = [(1, 0, 0), (0, 1, 0), (0, 0, 1), (2, 0, 0)]  # accepted, rejected and parked of each message


class Walk:
    """A spool with room for everything, or none, and a broker; ``steps`` is what they were told, in order."""

    names: Mapping[str, Set[str]] = {}

    def __init__(self, *, full: bool = False) -> None:
        self.full = full
        self.steps: list[tuple[str, list[bytes]]] = []
        self.outcomes: list[tuple[int, int, int]] = []
        self.ingest = Ingest[AMessage](directory(), self, self.acknowledge).ingest

    def parking_left(self, vendor: str) -> int:
        return 1_000_000

    def keep(self, kept: Kept) -> int:
        if self.full:
            raise Unavailable("spool", "full")
        self.steps.append(("keep", [entry.payload for entry in kept.entries if isinstance(entry, ReceivedEntry)]))
        return 1

    def acknowledge(self, batch: Sequence[AMessage], outcomes: Sequence[Outcome]) -> None:
        self.steps.append(("acknowledge", [message.payload for message in batch]))
        self.outcomes += counted(outcomes)


def counted(outcomes: Sequence[Outcome]) -> list[tuple[int, int, int]]:
    return [(len(one.accepted), len(one.rejected), len(one.parked)) for one in outcomes]


def test_a_batch_is_kept_and_then_acknowledged_with_its_outcomes_in_its_order() -> None:
    walk = Walk()
    outcomes = walk.ingest(BATCH)
    payloads = [message.payload for message in BATCH]
    assert walk.steps == [("keep", payloads), ("acknowledge", payloads)]
    assert walk.outcomes == counted(outcomes) == WHAT_BECAME_OF_IT


def test_a_batch_that_cannot_be_kept_is_not_acknowledged() -> None:
    walk = Walk(full=True)
    with pytest.raises(Unavailable, match="spool"):
        walk.ingest(BATCH)
    assert walk.steps == []
    walk.full = False
    walk.ingest(BATCH)
    assert [step for step, _ in walk.steps] == ["keep", "acknowledge"]
