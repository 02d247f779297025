"""What one feed says under load: record k follows from k alone, so that nothing need be kept to say it again.

Record k is of device ``k mod devices`` and is its ``k div devices``-th: ``seq`` counts up and ``ts`` grows with it, in
even steps over the days. No two records share an identity (device, kind, ts, seq). Message m carries the records from
``m × pack`` on.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from simulators.city import Row
from simulators.civil import DAY_MS

KINDS = ("usage", "heartbeat", "reading", "session")
MAX_PACK = 5_000
_ACTIONS = ("on", "off")
_TRIGGERS = ("local", "app", "voice", "scene", "schedule", "linkage")
_LONGEST_S = 600


@dataclass(frozen=True, slots=True)
class Sequence:
    """All that a feed will say; ``kinds`` take turns, and one that stands there twice comes twice as often.

    :raises ValueError: if a count, a kind or the time to spread the records over makes no sense
    """

    vendor: str
    feed: str
    site: str
    devices: int
    records: int
    pack: int
    kinds: tuple[str, ...]
    start_ms: int
    days: int
    seed: int

    def __post_init__(self) -> None:
        if min(self.devices, self.records, self.days) < 1 or not 1 <= self.pack <= MAX_PACK:
            raise ValueError(f"devices, records and days are at least 1, a pack 1 to {MAX_PACK:,} records")
        if not self.kinds or set(self.kinds) - set(KINDS):
            raise ValueError(f"kinds are some of {', '.join(KINDS)}, not {', '.join(self.kinds) or 'none'}")
        if self.days * DAY_MS < self.rounds:
            raise ValueError(f"{self.rounds:,} records a device do not fit into {self.days} days of milliseconds")

    @property
    def rounds(self) -> int:
        """How many records the first device says."""
        return -(-self.records // self.devices)

    @property
    def messages(self) -> int:
        """How many messages carry them."""
        return -(-self.records // self.pack)

    def in_message(self, number: int) -> range:
        """The numbers of the records in a message."""
        return range(number * self.pack, min(self.records, (number + 1) * self.pack))

    def device(self, record: int) -> str:
        """The device that says a record: ``{feed}.{number}``, so that two feeds of a vendor have none in common."""
        return f"{self.feed[:50]}.{record % self.devices:05d}"

    def record(self, number: int) -> Row:
        """A record as a dictionary, the same as in its message's payload; ``device`` stands beside it."""
        kind, ts, seq, drawn = self._drawn(number)
        named: Row = {"kind": kind, "ts": ts, "seq": seq}
        if kind == "usage":
            return named | {"action": _ACTIONS[drawn % 2], "trigger": _TRIGGERS[drawn % 6]}
        if kind == "reading":
            return named | {"values": {"power_w": drawn % 9000 / 10, "temperature_c": 20 + drawn % 90 / 10}}
        if kind == "session":
            return named | {"duration_s": self._duration_s(drawn), "completed": drawn % 2 == 0}
        return named

    def payload(self, number: int) -> bytes:
        """The bytes of a message: one record alone, or an array of records that name their devices."""
        if self.pack == 1:
            return f"{{{self._text(number)}}}".encode()
        said = (f'{{"device":"{self.device(record)}",{self._text(record)}}}' for record in self.in_message(number))
        return f"[{','.join(said)}]".encode()

    def lines(self, messages: Iterator[int]) -> Iterator[Row]:
        """The records of some messages, as lines such as ``play`` writes."""
        where = {"site": self.site, "vendor": self.vendor, "feed": self.feed}
        for message in messages:
            for record in self.in_message(message):
                yield where | {"device": self.device(record), "record": self.record(record)}

    def _drawn(self, record: int) -> tuple[str, int, int, int]:
        seq, device = divmod(record, self.devices)
        step_ms = self.days * DAY_MS // self.rounds
        # Multipliers of Knuth and of Lehmer: well spread, and a formula that anybody can repeat.
        phase_ms = (device * 2_654_435_761 + self.seed * 48_271) % step_ms
        kind = self.kinds[(seq + device) % len(self.kinds)]
        drawn = (record * 2_654_435_761 + self.seed * 48_271) >> 9 & 0xFFFF
        return kind, self.start_ms + seq * step_ms + phase_ms, seq, drawn

    def _text(self, record: int) -> str:
        kind, ts, seq, drawn = self._drawn(record)
        text = f'"kind":"{kind}","ts":{ts},"seq":{seq}'
        if kind == "usage":
            return f'{text},"action":"{_ACTIONS[drawn % 2]}","trigger":"{_TRIGGERS[drawn % 6]}"'
        if kind == "reading":
            power_w, warmth_c = drawn % 9000 / 10, 20 + drawn % 90 / 10
            return f'{text},"values":{{"power_w":{power_w},"temperature_c":{warmth_c}}}'
        if kind == "session":
            completed = "true" if drawn % 2 == 0 else "false"
            return f'{text},"duration_s":{self._duration_s(drawn)},"completed":{completed}'
        return text

    def _duration_s(self, drawn: int) -> int:
        """Over before the device's next record."""
        step_s = self.days * DAY_MS // self.rounds // 1000
        return 1 + drawn % max(1, min(_LONGEST_S, step_s))
