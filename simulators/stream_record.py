"""One record that is sent, and what only its topic and its sender know of it."""

from dataclasses import dataclass

from simulators.city import Row


@dataclass(frozen=True, slots=True)
class SentRecord:
    """One distinct record, with what only the topic says of it. ``record`` has no ``device``: that stands beside it.

    ``shift_ms`` is by how much the device's clock is ahead; ``outcome`` what is to become of the record (``dropped``,
    ``parked``) if it is not to be stored.
    """

    site: str
    vendor: str
    feed: str
    device: str
    record: Row
    shift_ms: int = 0
    outcome: str | None = None

    @property
    def at_ms(self) -> int:
        """When it happened, whatever the device's clock said."""
        return int(self.record["ts"]) - self.shift_ms

    @property
    def identity(self) -> tuple[str, str, str, int, int]:
        """Vendor, device, kind, ts and seq."""
        record = self.record
        return self.vendor, self.device, record["kind"], record["ts"], record["seq"]
