"""What a topic names is the same however often it is asked; a feed's inventions are not remembered."""

import pytest

from services.telemetry import topics
from services.telemetry.topics import account_of, topic_of
from shared.contracts.telemetry import Topic


def test_a_topic_names_vendor_feed_site_and_device() -> None:
    assert topic_of("telemetry/v1/acme/gw/home-1/lamp") == Topic("acme", "gw", "home-1", "lamp")
    assert topic_of("telemetry/v1/acme/gw/home-1") == Topic("acme", "gw", "home-1", None)
    longest = "telemetry/v1/" + "/".join(("v" * 63, "f" * 63, "s" * 63, "d" * 64))
    assert topic_of(longest) == Topic("v" * 63, "f" * 63, "s" * 63, "d" * 64)


@pytest.mark.parametrize(
    ("topic", "account"),
    [
        ("telemetry/v1/acme/gw/home-1/lamp", ("acme", "gw")),
        ("telemetry/v1/acme/gw/home 1/lamp", ("acme", "gw")),
        ("telemetry/v1/acme/gw", ("acme", "gw")),
        ("feeds/v1/acme/gw", ("acme", "gw")),
        ("telemetry/v1/acme/gw/" + "x" * 60_000, ("acme", "gw")),
        ("telemetry/v1/Acme/gw/home-1", None),
        ("telemetry/v1/acme", None),
        ("ack/v1/acme/gw/r", None),
    ],
)
def test_an_account_is_told_by_the_beginning_of_a_topic(topic: str, account: tuple[str, str] | None) -> None:
    assert account_of(topic) == account


def test_long_topics_and_what_follows_an_account_are_not_remembered() -> None:
    topics._remembered.cache_clear()
    topics._account.cache_clear()
    for number in range(100):
        topic = f"telemetry/v1/acme/gw/{'x' * 300}{number}"
        assert (topic_of(topic), account_of(topic)) == (None, ("acme", "gw"))
    assert (topics._remembered.cache_info().currsize, topics._account.cache_info().currsize) == (0, 1)
