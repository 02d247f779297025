"""Publishing and consuming on a real RabbitMQ: what is confirmed is there, what is not raises."""

import time
from collections.abc import Callable, Iterator

import pika
import pytest

from deploy.local.stack import Stack
from shared.brokers import topology
from shared.brokers.rabbitmq import Body, Delivery, RabbitConsumer, RabbitPublisher
from shared.failures import Unavailable
from tests.system.polling import until

# RabbitMQ 3.10 killed within about two seconds of a quorum queue's first declaration never finds its leader again.
QUEUE_SETTLES_S = 5


@pytest.fixture
def publisher(brokers: Stack) -> Iterator[RabbitPublisher]:
    with pika.BlockingConnection(pika.URLParameters(brokers.amqp_url("adoption"))) as connection:
        channel = connection.channel()
        topology.declare(channel)
        channel.queue_purge(topology.ADOPTION_QUEUE)
    made = RabbitPublisher(brokers.amqp_url("telemetry"), "application/json")
    yield made
    made.close()


@pytest.fixture
def consumer(brokers: Stack) -> Iterator[RabbitConsumer]:
    made = RabbitConsumer(brokers.amqp_url("adoption"), topology.ADOPTION_QUEUE, prefetch=100)
    yield made
    made.close()


def taking(consumer: RabbitConsumer, count: int) -> list[Delivery]:
    taken: list[Delivery] = []
    until(lambda: taken.extend(consumer.take(100, 0.2)), lambda _: len(taken) >= count, within_s=20)
    return taken


def test_what_was_published_is_consumed_under_every_routing_key(
    publisher: RabbitPublisher, consumer: RabbitConsumer
) -> None:
    keys = [pattern.replace("#", "home.nanshan") for pattern in topology.BINDINGS]
    publisher.publish([Body(key, key.encode()) for key in keys])
    taken = taking(consumer, len(keys))
    consumer.acknowledge(taken[-1])
    assert sorted((d.routing_key, d.content) for d in taken) == sorted((key, key.encode()) for key in keys)


def test_what_was_not_acknowledged_comes_again(publisher: RabbitPublisher, consumer: RabbitConsumer) -> None:
    publisher.publish([Body("usage.home.nanshan", b"1"), Body("usage.home.nanshan", b"2")])
    taken = taking(consumer, 2)
    consumer.acknowledge(taken[0])
    consumer.close()
    again = taking(consumer, 1)
    consumer.acknowledge(again[-1])
    assert [d.content for d in again] == [b"2"]


def test_a_body_no_queue_takes_is_unavailable_and_not_lost_in_silence(publisher: RabbitPublisher) -> None:
    with pytest.raises(Unavailable, match="unroutable"):
        publisher.publish([Body("no.such.key", b"1")])


def test_a_killed_broker_is_unavailable_and_then_serves_again(
    brokers: Stack, publisher: RabbitPublisher, consumer: RabbitConsumer
) -> None:
    settled = time.monotonic() + QUEUE_SETTLES_S
    until(lambda: publisher.publish([Body("usage.home.nanshan", b"before")]), lambda _: time.monotonic() > settled)
    while before := consumer.take(100, 0.5):
        consumer.acknowledge(before[-1])
    brokers.kill("rabbitmq")
    with pytest.raises(Unavailable):
        publisher.publish([Body("usage.home.nanshan", b"during")])
    until(lambda: attempt(lambda: publisher.publish([Body("usage.home.nanshan", b"after")])), bool, within_s=60)
    taken: list[Delivery] = []
    until(
        lambda: attempt(lambda: taken.extend(consumer.take(10, 0.2))),
        lambda _: b"after" in {d.content for d in taken},
        within_s=30,
    )
    consumer.acknowledge(taken[-1])


def attempt(action: Callable[[], None]) -> bool:
    try:
        action()
    except Unavailable:
        return False
    return True
