"""The walk of a batch: take it from the queue, make facts of it, keep them, and only then acknowledge.

The queue delivers at least once, in any order; facts are a join, so that is enough.
"""

from collections.abc import Callable, Sequence
from threading import Event as Stop
from typing import NamedTuple, Protocol, TypeVar

from services.adoption.decode import SetAside, decode
from services.adoption.facts import Facts
from shared.failures import Unavailable
from shared.runtime.delivery import until_done

MOST_BODIES = 200
WAIT_S = 1.0


class Delivered(Protocol):
    """A body from the queue."""

    @property
    def routing_key(self) -> str:
        """The key it was published under."""

    @property
    def content(self) -> bytes:
        """A batch of CloudEvents."""


Delivery = TypeVar("Delivery", bound=Delivered)


class Queue(Protocol[Delivery]):
    """Where bodies wait until they are acknowledged.

    Every method raises Unavailable if the broker is away; what was not acknowledged comes again.
    """

    def take(self, most: int, wait_s: float) -> list[Delivery]:
        """Up to ``most`` bodies."""

    def acknowledge(self, last: Delivery) -> None:
        """Let the queue forget a body and all taken before it."""

    def idle(self) -> None:
        """Tell the broker that we are alive."""


class FactStore(Protocol):
    """Where facts are kept."""

    def keep(self, facts: Facts, set_aside: Sequence[SetAside], at_ms: int) -> None:
        """Join facts to those kept; all or nothing.

        :raises Unavailable: if they could not be kept
        """


class Folded(NamedTuple):
    """What one batch held."""

    bodies: int
    events: int
    set_aside: int


def fold(
    queue: Queue[Delivery],
    store: FactStore,
    now_ms: Callable[[], int],
    stop: Stop,
    on_waiting: Callable[[Unavailable], None],
) -> Folded:
    """Fold what waits in the queue, at most one batch of it, and acknowledge it.

    While the store is away it waits, neither refusing the bodies nor letting the broker believe that we are dead;
    ``on_waiting`` is told.

    :raises Unavailable: if the broker is away; what was not acknowledged comes again
    :raises Stopping: if asked to stop while the store was away
    """
    taken = queue.take(MOST_BODIES, WAIT_S)
    if not taken:
        return Folded(0, 0, 0)
    facts, set_aside, events = gather(taken)

    def still_waiting(failure: Unavailable) -> None:
        on_waiting(failure)
        queue.idle()

    until_done(lambda: store.keep(facts, set_aside, now_ms()), stop, still_waiting)
    queue.acknowledge(taken[-1])
    return Folded(len(taken), events, len(set_aside))


def gather(bodies: Sequence[Delivered]) -> tuple[Facts, list[SetAside], int]:
    """The facts of some bodies, what of them is set aside, and how many events were good."""
    facts = Facts()
    set_aside: list[SetAside] = []
    count = 0
    for body in bodies:
        events, aside = decode(body.routing_key, body.content)
        for event, received_on in events:
            facts.add(event, received_on)
        set_aside += aside
        count += len(events)
    return facts, set_aside, count
