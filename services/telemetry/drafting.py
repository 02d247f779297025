"""A feed that was silent: an outage is drafted at the registry, where a person adds evidence and another decides.

Only feeds that serve more than one dwelling or venue are judged: one failed home gateway is OFFLINE, not UNKNOWN. A
silence that still goes on is told only once real time, too, has passed without a heartbeat: a message may be under way.
While we could hear nobody ourselves, no feed was silent.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, Protocol

from services.telemetry.directory import MISSED
from services.telemetry.heartbeats import Heard, Silence, joined, silences
from services.telemetry.listening import OwnOutage
from shared.contracts.registry import Feed
from shared.failures import Rejected

CAUSE = "连续三次未收到通道心跳 / three feed heartbeats were missed"
SETTLE_S = 3.0  # without a heartbeat of the feed: then what has come of it is in order
_log = logging.getLogger(__name__)


class Told(NamedTuple):
    """An outage that was drafted, as the registry was last told; ``settled``: it will not hear more of it."""

    vendor: str
    feed: str
    from_ms: int
    to_ms: int | None
    settled: bool


class Spool(Protocol):
    """Where heartbeats and what was told are kept."""

    def heard(self) -> Mapping[tuple[str, str], Sequence[Heard]]:
        """The spans of every feed, by vendor and feed.

        :raises Unavailable: if the spool cannot be read
        """

    def told(self) -> Sequence[Told]:
        """Every draft.

        :raises Unavailable: if the spool cannot be read
        """

    def tell(self, told: Told) -> None:
        """Remember a draft.

        :raises Unavailable: if the spool cannot be written
        """


class Registry(Protocol):
    """Where outages are drafted; both raise Rejected where it refuses, Unavailable where it does not answer."""

    def draft(self, vendor: str, feed: str, from_ms: int, cause: str) -> None:
        """Draft an outage that goes on; the same again changes nothing."""

    def end(self, vendor: str, feed: str, from_ms: int, to_ms: int) -> None:
        """Say when a drafted outage ended; the same again changes nothing."""


class Drafting:
    """Judges feeds. ``monotonic_s`` is the machine's own clock, whatever the clock of receipt says.

    ``own_outages`` tells when we could hear nobody; it raises Unavailable if the spool cannot be read.
    """

    def __init__(
        self,
        spool: Spool,
        registry: Registry,
        feeds: Mapping[str, Feed],
        monotonic_s: Callable[[], float],
        own_outages: Callable[[], Sequence[OwnOutage]],
    ) -> None:
        self._spool = spool
        self._registry = registry
        self._feeds = feeds
        self._monotonic_s = monotonic_s
        self._own_outages = own_outages
        self._last: dict[str, tuple[int, float]] = {}  # by feed: its last heartbeat, and since when it is that

    def step(self, receipt_ms: int) -> int:
        """Tell the registry what it does not know yet; returns how many drafts were made or ended.

        ``receipt_ms`` is a moment before which everything received has been taken in.

        :raises Unavailable: if the spool or the registry is away; what was told by then stays told
        """
        told: dict[tuple[str, str], list[Told]] = {}
        for one in self._spool.told():
            told.setdefault((one.vendor, one.feed), []).append(one)
        ours = [Heard(own.from_ms, receipt_ms if own.to_ms is None else own.to_ms) for own in self._own_outages()]
        count = 0
        for (vendor, name), heard in self._spool.heard().items():
            feed = self._feeds.get(f"{vendor}/{name}")
            if feed is not None and serves_many(feed):
                since = [span for span in ours if span.first >= heard[0].first]
                count += self._judge(feed, [*heard, *since], receipt_ms, told.get((vendor, name), []))
        return count

    def _judge(self, feed: Feed, heard: Sequence[Heard], receipt_ms: int, told: Sequence[Told]) -> int:
        """Nothing can be said of a feed while its heartbeats are still coming in."""
        pause_ms, quiet_s = MISSED * 1000 * feed.heartbeat_interval_s, self._quiet_s(feed, heard)
        if quiet_s < SETTLE_S:
            return 0
        known = {one.from_ms: one for one in told}
        found = silences(heard, pause_ms, receipt_ms if quiet_s * 1000 > pause_ms else None)
        ends = {span.last for span in joined(heard, pause_ms)}
        filled = [one.from_ms for one in told if not one.settled and one.from_ms not in ends]
        found += [Silence(from_ms, from_ms + 1) for from_ms in filled]  # late heartbeats: there was none
        return sum(self._tell(feed, silence, known.get(silence.from_ms)) for silence in found)

    def _quiet_s(self, feed: Feed, heard: Sequence[Heard]) -> float:
        """How long, by the machine's clock, no later heartbeat of a feed has come."""
        now_s, last_ms = self._monotonic_s(), max(span.last for span in heard)
        before = self._last.get(f"{feed.vendor}/{feed.feed}")
        if before is None or before[0] != last_ms:
            before = self._last[f"{feed.vendor}/{feed.feed}"] = (last_ms, now_s)
        return now_s - before[1]

    def _tell(self, feed: Feed, silence: Silence, told: Told | None) -> int:
        if told is not None and (told.settled or told.to_ms == silence.to_ms):
            return 0
        settled = silence.to_ms is not None
        try:  # both each time: an answer to an earlier call may have been lost
            self._registry.draft(feed.vendor, feed.feed, silence.from_ms, CAUSE)
            if silence.to_ms is not None:
                self._registry.end(feed.vendor, feed.feed, silence.from_ms, silence.to_ms)
        except Rejected as rejected:  # decided by somebody meanwhile, or the feed is gone: it is theirs now
            _log.warning("the registry refused an outage", extra={"feed": feed.feed, "why": str(rejected.params)})
            settled = True
        self._spool.tell(Told(feed.vendor, feed.feed, *silence, settled))
        return 1


def serves_many(feed: Feed) -> bool:
    """Whether a feed serves more than one dwelling or venue."""
    return feed.active and (feed.vendor_cloud or len(feed.sites) > 1)
