"""What the worker tells adoption, taken from adoption's queue by a test."""

import json
import queue
import threading
from typing import Any

import pika

from deploy.local.stack import Stack
from shared.brokers import topology

Json = dict[str, Any]


class EventTap:
    """Takes every event of one vendor, and of no vendor, from adoption's queue, as adoption would, and remembers it."""

    def __init__(self, stack: Stack, vendor: str) -> None:
        self._vendor = vendor
        self._stop = threading.Event()
        self._url = stack.amqp_url("adoption")
        self._taken: queue.Queue[tuple[str, Json]] = queue.Queue()
        self.events: list[tuple[str, Json]] = []
        self._ops: list[tuple[str, Json]] = []
        self._thread = threading.Thread(target=self._take, daemon=True)

    def __enter__(self) -> "EventTap":
        with pika.BlockingConnection(pika.URLParameters(self._url)) as connection:
            topology.declare(connection.channel())
            connection.channel().queue_purge(topology.ADOPTION_QUEUE)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(10)

    def _take(self) -> None:
        while not self._stop.is_set():
            try:
                self._take_from_one_connection()
            except (pika.exceptions.AMQPError, OSError):
                self._stop.wait(0.5)

    def _take_from_one_connection(self) -> None:
        with pika.BlockingConnection(pika.URLParameters(self._url)) as connection:
            channel = connection.channel()
            channel.basic_qos(prefetch_count=100)
            for method, _, content in channel.consume(topology.ADOPTION_QUEUE, inactivity_timeout=0.2):
                if self._stop.is_set():
                    channel.cancel()
                    return
                if method is not None:
                    for event in json.loads(content):
                        if event["data"].get("vendor", self._vendor) == self._vendor:
                            self._taken.put((method.routing_key, event))
                    channel.basic_ack(method.delivery_tag)

    def seen(self) -> list[tuple[str, Json]]:
        """All events of devices so far, with their routing keys."""
        while not self._taken.empty():
            key, event = self._taken.get()
            (self._ops if key.startswith("ops.") else self.events).append((key, event))
        return self.events

    def told(self, kind: str) -> list[Json]:
        """What the worker told of itself (of the ledger: of this vendor), oldest first."""
        self.seen()
        return [event["data"] for key, event in self._ops if key == f"ops.{kind}"]

    def of(self, kind: str) -> list[Json]:
        return [event for key, event in self.seen() if key.startswith(kind + ".")]

    def heard(self) -> set[tuple[str, int]]:
        """Every (device, epoch minute) that presence has told of."""
        return {
            (device, minute)
            for event in self.of("presence")
            for device, minutes in event["data"]["heard"].items()
            for minute in minutes
        }
