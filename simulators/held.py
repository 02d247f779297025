"""A late batch of the city's plan: what a feed says of one site in some days comes many days afterwards."""

from dataclasses import replace

from simulators.city import City
from simulators.messages import Message


def held_back(city: City, messages: list[Message]) -> list[Message]:
    """The messages, those of the late batches due when these are sent."""
    for row in city.disturbances:
        if row["kind"] == "late_batch":
            user, site = f"{row['vendor']}.{row['feed']}", row["site"]
            messages = [
                replace(message, due_ms=row["sent_ms"])
                if message.user == user
                and message.topic.split("/")[4] == site
                and row["from_ms"] <= message.good[0].at_ms < row["to_ms"]
                else message
                for message in messages
            ]
    return messages
