"""Every exchange and queue of ours, declared once; whoever connects declares all of it again.

A queue declared just before a broker crash may be gone after it, with the confirmed messages in it unreachable, so
publishers declare at every connect and publish mandatory. Every routing key has a bound queue.
"""

from typing import Any

from shared.contracts import events

EXCHANGE = events.EXCHANGE
DEAD_EXCHANGE = "pilots.dead"
ADOPTION_QUEUE = "adoption.events"
ADOPTION_DEAD_QUEUE = "adoption.events.dead"
BINDINGS = ("usage.#", "session.#", "fault.#", "void.#", "presence.#", "ops.#")
# Guards against a body that kills the process, not against an outage: with 5, six crashes dead-lettered good messages.
DELIVERY_LIMIT = 1_000
MAX_QUEUE_BYTES = 4 * 1024**3


def declare(channel: Any) -> None:
    """Declare every exchange, queue and binding on an open blocking channel of pika; repeating it changes nothing."""
    channel.exchange_declare(EXCHANGE, "topic", durable=True)
    channel.exchange_declare(DEAD_EXCHANGE, "fanout", durable=True)
    channel.queue_declare(
        ADOPTION_DEAD_QUEUE,
        durable=True,
        arguments={"x-queue-type": "quorum", "x-overflow": "reject-publish"},
    )
    channel.queue_bind(ADOPTION_DEAD_QUEUE, DEAD_EXCHANGE)
    channel.queue_declare(
        ADOPTION_QUEUE,
        durable=True,
        arguments={
            "x-queue-type": "quorum",
            "x-overflow": "reject-publish",  # drop-head confirms and loses; dead-lettering at least once needs this
            "x-max-length-bytes": MAX_QUEUE_BYTES,
            "x-delivery-limit": DELIVERY_LIMIT,
            "x-dead-letter-exchange": DEAD_EXCHANGE,
            "x-dead-letter-strategy": "at-least-once",
        },
    )
    for pattern in BINDINGS:
        channel.queue_bind(ADOPTION_QUEUE, EXCHANGE, pattern)
