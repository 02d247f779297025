"""Watermarks out: once both stores have all that was received before a moment, RabbitMQ is told so, after all of it."""

from collections.abc import Callable, Sequence
from typing import Protocol

import msgspec

from services.telemetry.bodies import Body
from services.telemetry.watermark import Watermark
from shared.contracts import events
from shared.contracts.civil_time import rfc3339

_encode = msgspec.json.Encoder().encode


class Spool(Protocol):
    """Whose cursors tell how far the stores are."""

    def cursors(self) -> tuple[int, dict[str, int]]:
        """The last batch, and how far each store has got.

        :raises Unavailable: if the spool cannot be read
        """


class Marking:
    """Publishes one worker's watermarks; belongs to the thread that publishes its events."""

    def __init__(
        self, watermark: Watermark, spool: Spool, publish: Callable[[Sequence[Body]], None], worker: str
    ) -> None:
        self._watermark = watermark
        self._spool = spool
        self._publish = publish
        self._worker = worker

    def step(self, now_ms: int, monotonic_s: float) -> bool:
        """Publish the watermark, if it is due; returns whether it was. Every event before it has been confirmed.

        :raises Unavailable: if RabbitMQ or the spool is away; it stays due then
        """
        mark = self._watermark.reached(self._spool.cursors()[1])
        if mark is None or not self._watermark.is_due(mark, monotonic_s):
            return False
        data = events.WatermarkData(self._worker, mark.received_before_ms, mark.batch)
        name = f"{self._worker}/watermark/{mark.received_before_ms}"
        event = events.WatermarkEvent(name, f"/workers/{self._worker}", rfc3339(now_ms), data)
        self._publish([Body(events.OPS_KEYS["watermark"], b"[" + _encode(event) + b"]")])
        self._watermark.was_told(mark, monotonic_s)
        return True
