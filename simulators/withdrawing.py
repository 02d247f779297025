"""Withdrawn weeks: days later a device takes back, one void each, every use that it told of in those days."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from simulators.city import City, Speaker
from simulators.household import Said
from simulators.stream_record import SentRecord


def voids(city: City, speaker: Speaker, said: list[Said]) -> Iterator[Said]:
    """What the device says to take its uses back, a millisecond apart; :func:`named` completes it."""
    for row in city.disturbances:
        if row["kind"] == "withdrawn_week" and row["dwelling"] == speaker.place:
            uses = sorted(ts for ts, what in said if what["kind"] == "usage" and row["from_ms"] <= ts < row["to_ms"])
            for number, ts in enumerate(uses):
                yield row["sent_ms"] + number, {"kind": "void", "of": {"kind": "usage", "ts": ts}}


def named(records: Iterable[SentRecord]) -> Iterator[SentRecord]:
    """The records, each void with the ``seq`` of what it takes back: known only once all are numbered."""
    numbers: dict[int, list[int]] = {}
    for sent in records:
        record = sent.record
        if record["kind"] == "usage":
            numbers.setdefault(record["ts"], []).append(record["seq"])
        if record["kind"] == "void":
            of = record["of"] | {"seq": numbers[record["of"]["ts"]].pop(0)}
            yield replace(sent, record=record | {"of": of})
        else:
            yield sent
