"""RabbitMQ as the worker uses it: bodies of CloudEvents, every one confirmed."""

from collections.abc import Sequence

from services.telemetry.bodies import Body
from shared.brokers import rabbitmq
from shared.contracts.events import CONTENT_TYPE
from shared.failures import Unavailable


class RabbitEvents:
    """Publishes events. Belongs to one thread."""

    def __init__(self, url: str) -> None:
        self._publisher = rabbitmq.RabbitPublisher(url, CONTENT_TYPE)

    def publish(self, bodies: Sequence[Body]) -> None:
        """Publish bodies; all of them are confirmed when this returns.

        :raises Unavailable: if one was not; publish all of them again then
        """
        self._publisher.publish([rabbitmq.Body(body.routing_key, body.content) for body in bodies])

    def idle(self) -> None:
        """Answer the broker's heartbeats while there is nothing to publish."""
        try:
            self._publisher.idle()
        except Unavailable:
            return  # the next publish connects again, and says what is wrong

    def close(self) -> None:
        """Close the connection."""
        self._publisher.close()
