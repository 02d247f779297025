"""RabbitMQ through pika: a publisher that returns only when the broker has confirmed, and a consumer of batches.

A connection belongs to the thread that opened it. Bodies carry batches of events, so one confirm at a time is enough.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import pika
import pika.exceptions

from shared.brokers import topology
from shared.failures import Unavailable

_PERSISTENT = 2
_HEARTBEAT_S = 30
_BLOCKED_TIMEOUT_S = 30


class Body(NamedTuple):
    """One AMQP message to publish."""

    routing_key: str
    content: bytes


class Delivery(NamedTuple):
    """One AMQP message received; ``tag`` acknowledges it and, with ``multiple``, all before it."""

    tag: int
    routing_key: str
    content: bytes


class _Connection:
    """An open channel that is made again after any failure."""

    def __init__(self, url: str) -> None:
        self._parameters = pika.URLParameters(url)
        self._parameters.heartbeat = _HEARTBEAT_S
        self._parameters.blocked_connection_timeout = _BLOCKED_TIMEOUT_S
        self._parameters.socket_timeout = self._parameters.stack_timeout = 10
        self._connection: pika.BlockingConnection | None = None
        self._channel: Any = None

    @contextmanager
    def _unavailable(self) -> Iterator[None]:
        try:
            yield
        except (pika.exceptions.AMQPError, OSError) as error:
            self.close()
            raise Unavailable("rabbitmq", repr(error)) from error

    def close(self) -> None:
        """Close the connection, if there is one; unconfirmed and unacknowledged work comes again."""
        connection, self._connection = self._connection, None
        if connection is not None and connection.is_open:
            try:
                connection.close()
            except (pika.exceptions.AMQPError, OSError):
                return  # it was dying already; a new one is made when needed

    def idle(self) -> None:
        """Answer heartbeats; call it at least every few seconds while there is nothing to do.

        :raises Unavailable: if the connection is lost
        """
        with self._unavailable():
            if self._connection is not None:
                self._connection.process_data_events(time_limit=0)


class RabbitPublisher(_Connection):
    """Publishes persistent, mandatory bodies to the exchange, each confirmed."""

    def __init__(self, url: str, content_type: str) -> None:
        super().__init__(url)
        self._properties = pika.BasicProperties(content_type=content_type, delivery_mode=_PERSISTENT)

    def publish(self, bodies: list[Body]) -> None:
        """Publish bodies; all of them are confirmed when this returns.

        :raises Unavailable: if one was refused, returned or not confirmed; publish all of them again then
        """
        with self._unavailable():
            if self._connection is None:
                self._connection = pika.BlockingConnection(self._parameters)
                self._channel = self._connection.channel()
                topology.declare(self._channel)
                self._channel.confirm_delivery()  # from here on basic_publish raises on nack and on return
            for body in bodies:
                self._channel.basic_publish(
                    topology.EXCHANGE, body.routing_key, body.content, self._properties, mandatory=True
                )


class RabbitConsumer(_Connection):
    """Takes deliveries in batches from one queue; nothing is acknowledged until the caller says so."""

    def __init__(self, url: str, queue: str, prefetch: int) -> None:
        super().__init__(url)
        self._queue = queue
        self._prefetch = prefetch

    def take(self, most: int, wait_s: float) -> list[Delivery]:
        """Up to ``most`` deliveries; returns as soon as nothing more is there, or after ``wait_s`` without any.

        :raises Unavailable: if the connection is lost; deliveries not acknowledged then come again
        """
        with self._unavailable():
            if self._connection is None:
                self._connection = pika.BlockingConnection(self._parameters)
                self._channel = self._connection.channel()
                topology.declare(self._channel)
                self._channel.basic_qos(prefetch_count=self._prefetch)
            taken: list[Delivery] = []
            for method, _, content in self._channel.consume(self._queue, inactivity_timeout=wait_s):
                if method is None:
                    break
                taken.append(Delivery(method.delivery_tag, method.routing_key, content))
                if len(taken) >= most or self._channel.get_waiting_message_count() == 0:
                    break
            return taken

    def acknowledge(self, last: Delivery) -> None:
        """Acknowledge a delivery and all before it.

        :raises Unavailable: if the connection was lost; the deliveries come again
        """
        with self._unavailable():
            if self._connection is None:
                raise Unavailable("rabbitmq", "the connection these deliveries came on is gone")
            self._channel.basic_ack(last.tag, multiple=True)
