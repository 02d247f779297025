"""What a topic names, remembered: the same few thousand come again and again. Pure."""

from functools import lru_cache

from shared.contracts.telemetry import Topic, parse_feed_topic, parse_topic

_LONGEST_TOPIC = 300  # no topic of the contract is as long; a feed's own inventions fill no memory


def topic_of(topic: str) -> Topic | None:
    """The parts of a topic of telemetry; None of any other."""
    return _remembered(topic) if len(topic) < _LONGEST_TOPIC else None


def account_of(topic: str) -> tuple[str, str] | None:
    """Vendor and feed of a topic, whatever follows: the broker lets an account write under its own prefix only."""
    return _account("/".join(topic[:_LONGEST_TOPIC].split("/")[:4]))


@lru_cache(maxsize=16_384)
def _account(prefix: str) -> tuple[str, str] | None:
    if own := parse_feed_topic(prefix):
        return own
    named = parse_topic(prefix + "/any")
    return None if named is None else (named.vendor, named.feed)


@lru_cache(maxsize=16_384)  # some 8 MB when full
def _remembered(topic: str) -> Topic | None:
    return parse_topic(topic)
