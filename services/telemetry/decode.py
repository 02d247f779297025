"""What becomes of each record of a batch: accepted, parked or rejected, record by record. Pure.

A bad record never takes its neighbours along. *Rejected* comes before *parked*: what only the vendor can mend is said
at once, also of a device or site that nobody has registered yet.
"""

from collections.abc import Mapping, Sequence, Set

from services.telemetry.consent import refused
from services.telemetry.directory import Directory, Site
from services.telemetry.heartbeats import feed_heartbeats
from services.telemetry.model import Decoded, Message, Outcome, Place, SetAside
from services.telemetry.parsing import Wrong, counted_day, parse, pieces
from services.telemetry.topics import account_of, topic_of
from shared.contracts.civil_time import day_of
from shared.contracts.telemetry import (
    MAX_AGE_MS,
    MAX_AHEAD_MS,
    MAX_VALUE_NAMES_PER_VENDOR,
    RESERVED_VALUE_NAMES,
    Fault,
    Heartbeat,
    Reading,
    Record,
    Session,
    Topic,
    Usage,
    Void,
    content_sha256,
    parse_feed_topic,
)
from shared.failures import Rejected

_PLAIN = frozenset({Heartbeat, Reading, Usage, Fault, Void})  # a session is looked at more closely
_NO_NAMES: frozenset[str] = frozenset()
_Verdict = tuple[str, str | None]  # reason, field


def decode(messages: Sequence[Message], directory: Directory, names: Mapping[str, Set[str]]) -> Decoded:
    """Decode a batch.

    ``names`` holds the value names each vendor has used so far; those this batch adds are in the result.
    """
    fresh: dict[str, set[str]] = {}
    outcomes = [_decode_one(message, directory, names, fresh) for message in messages]
    return Decoded(outcomes, [(vendor, name) for vendor, added in fresh.items() for name in sorted(added)])


def _decode_one(
    message: Message, directory: Directory, names: Mapping[str, Set[str]], fresh: dict[str, set[str]]
) -> Outcome:
    topic = topic_of(message.topic)
    if topic is None and (account := parse_feed_topic(message.topic)):
        return feed_heartbeats(message, *account, directory.longest_pause_ms(*account))
    if topic is None:
        vendor, feed = account_of(message.topic) or ("", "")
        return Outcome(vendor, feed, "", None, rejected=[_whole(message, "bad_topic")])
    try:
        items = parse(message.payload)
    except Rejected as rejected:
        if refused(directory.refusals(topic.vendor), topic.device, day_of(message.received_ms)):
            return Outcome(topic.vendor, topic.feed, topic.site, None, dropped=[(0, day_of(message.received_ms))])
        return Outcome(topic.vendor, topic.feed, topic.site, None, rejected=[_whole(message, rejected.reason)])
    known = names.get(topic.vendor, _NO_NAMES)
    return _Judge(message, topic, directory, known, fresh.setdefault(topic.vendor, set())).judge(items)


def _whole(message: Message, reason: str) -> SetAside:
    return SetAside(None, reason, None, day_of(message.received_ms), message.payload)


class _Judge:
    """Judges the records of one message."""

    def __init__(self, message: Message, topic: Topic, directory: Directory, names: Set[str], fresh: set[str]) -> None:
        self._message = message
        self._topic = topic
        self._site: Site | None = directory.site(topic.site)
        self._devices = directory.devices(topic.vendor)
        self._refusals = directory.refusals(topic.vendor)
        self._names = names
        self._fresh = fresh
        self._oldest = message.received_ms - MAX_AGE_MS
        self._latest = message.received_ms + MAX_AHEAD_MS
        self._first: dict[tuple[str, type, int, int], Record] = {}

    def judge(self, items: Sequence[Record | Wrong]) -> Outcome:
        """What becomes of each item, in order."""
        if len(items) > 1 and (accepted := self._if_all_is_plain(items)) is not None:
            return self._outcome(items, accepted, [], [], [])
        accepted = []
        dropped: list[tuple[int, int]] = []
        rejected: list[tuple[int, _Verdict]] = []
        parked: list[tuple[int, _Verdict]] = []
        unknown = self._unknown
        for index, item in enumerate(items):
            if self._refusals and (day := self._refused_on(item)) is not None:
                dropped.append((index, day))
                continue
            if verdict := self._wrong(item):
                rejected.append((index, verdict))
                continue
            device: str = item.device or self._topic.device  # type: ignore[assignment]
            if verdict := unknown(device):
                parked.append((index, verdict))
            elif type(item) is Reading and not self._may_use(item.values):
                rejected.append((index, ("bad_record", "values")))
            else:
                accepted.append((device, item))  # type: ignore[arg-type]
        return self._outcome(items, accepted, rejected, parked, dropped)

    def _refused_on(self, item: Record | Wrong) -> int | None:
        """The day of a record of which nothing may be kept; None of any other."""
        day = counted_day(item.ts, self._message.received_ms)
        return day if refused(self._refusals, item.device or self._topic.device, day) else None

    def _if_all_is_plain(self, items: Sequence[Record | Wrong]) -> list[tuple[str, Record]] | None:
        """All items with their devices if nothing about any asks for a closer look, which nearly always is so.

        Says nothing that looking at them one by one would not: a test compares the two.
        """
        kinds = [type(item) for item in items]
        if self._site is None or not _PLAIN.issuperset(kinds):
            return None
        records: Sequence[Record] = items  # type: ignore[assignment]  # no Wrong among these kinds
        devices = [record.device or self._topic.device for record in records]
        times = [record.ts for record in records]
        if not (
            self._devices.issuperset(devices)
            and not (self._refusals and not self._refusals.keys().isdisjoint(devices))
            and (self._topic.device is None or (len(set(devices)) == 1 and devices[0] == self._topic.device))
            and self._oldest <= min(times)
            and max(times) <= self._latest
            and all(record.values.keys() <= self._names for record in records if type(record) is Reading)
            and len(set(zip(devices, kinds, times, [record.seq for record in records], strict=True))) == len(items)
        ):
            return None
        return list(zip(devices, records, strict=True))  # type: ignore[arg-type]  # no None among known devices

    def _wrong(self, item: Record | Wrong) -> _Verdict | None:
        """What only the vendor can mend."""
        if isinstance(item, Wrong):
            return "bad_record", item.field
        device = item.device or self._topic.device
        if device is None or device != (self._topic.device or device):
            return "bad_record", "device"
        if isinstance(item, (Session, Reading)) and (verdict := self._wrong_for_its_kind(item)):
            return verdict
        if not self._oldest <= item.ts <= self._latest:
            return ("too_old" if item.ts < self._oldest else "future_ts"), None
        first = self._first.setdefault((device, type(item), item.ts, item.seq), item)
        if first is not item and self._content(first) != self._content(item):
            return "conflict", None
        return None

    def _wrong_for_its_kind(self, record: Session | Reading) -> _Verdict | None:
        if isinstance(record, Reading):
            return ("bad_record", "values") if RESERVED_VALUE_NAMES & record.values.keys() else None
        if self._site is not None and self._site.kind == "home":
            return "bad_record", "kind"
        return ("future_ts", None) if record.ts + record.duration_s * 1000 > self._latest else None

    def _content(self, record: Record) -> bytes:
        device = self._topic.device or record.device or ""
        return content_sha256(self._topic.vendor, self._topic.site, device, record)

    def _unknown(self, device: str) -> _Verdict | None:
        """What the registry can mend."""
        if device in self._devices and self._site is not None:
            return None
        return ("unknown_site" if self._site is None else "unknown_device"), None

    def _may_use(self, values: Mapping[str, float]) -> bool:
        added = values.keys() - self._names - self._fresh
        if added and len(self._names) + len(self._fresh) + len(added) > MAX_VALUE_NAMES_PER_VENDOR:
            return False
        self._fresh |= added
        return True

    def _outcome(
        self,
        items: Sequence[Record | Wrong],
        accepted: list[tuple[str, Record]],
        rejected: list[tuple[int, _Verdict]],
        parked: list[tuple[int, _Verdict]],
        dropped: list[tuple[int, int]],
    ) -> Outcome:
        topic, site = self._topic, self._site
        place = site and Place(
            topic.vendor, topic.feed, topic.site, site.kind, site.district, self._message.received_ms
        )
        if not rejected and not parked:
            return Outcome(topic.vendor, topic.feed, topic.site, place, accepted, dropped=dropped)
        raw = pieces(self._message.payload)

        def aside(index: int, verdict: _Verdict) -> SetAside:
            item = items[index]
            day = counted_day(item.ts, self._message.received_ms)
            return SetAside(index, *verdict, day, raw[index], (topic.device or getattr(item, "device", "")) or "")

        return Outcome(
            topic.vendor,
            topic.feed,
            topic.site,
            place,
            accepted,
            [aside(*one) for one in rejected],
            [aside(*one) for one in parked],
            dropped,
        )
