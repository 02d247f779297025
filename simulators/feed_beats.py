"""Feed heartbeats: a cloud that serves more than one place says that it is there, whether or not its devices speak.

On ``feeds/v1/{vendor}/{feed}``, at the interval the registry names; a home gateway sends none. Faster than real time
they go out as one array an hour. An outage silences them, and they do not come afterwards.
"""

import json

from simulators.city import City
from simulators.civil import HOUR_MS, start_ms
from simulators.messages import Message
from simulators.outages import Outage

INTERVAL_S = 60


def feed_beats(city: City, users: set[str], outages: list[Outage], *, singly: bool) -> list[Message]:
    """The heartbeats of those of the ``users`` that send any, in the order in which they are due."""
    messages = []
    for feed in city.collections["feeds"]:
        user = f"{feed['vendor']}.{feed['feed']}"
        if user in users and (feed["vendor_cloud"] or len(feed["sites"]) > 1):
            messages += _of_feed(city, user, feed.get("heartbeat_interval_s", INTERVAL_S), outages, singly=singly)
    return sorted(messages, key=lambda message: message.due_ms)


def _of_feed(city: City, user: str, interval_s: int, outages: list[Outage], *, singly: bool) -> list[Message]:
    hours: dict[int, list[int]] = {}
    for ts in range(start_ms(city.first_day), start_ms(city.until), interval_s * 1000):
        if not any(outage.holds(user, ts) for outage in outages):
            hours.setdefault(ts if singly else ts // HOUR_MS, []).append(ts)
    vendor, feed = user.split(".", 1)
    topic = f"feeds/v1/{vendor}/{feed}"
    messages = []
    for beats in hours.values():
        said = [{"ts": ts} for ts in beats]
        raw = json.dumps(said[0] if singly else said, separators=(",", ":")).encode()
        messages.append(Message(user, vendor, topic, beats[-1], (), (), raw=raw, receipt=False))
    return messages
