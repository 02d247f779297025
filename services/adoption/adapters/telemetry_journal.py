"""Telemetry's journal over HTTP, as its contract words it."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from urllib.parse import urlencode

import msgspec

from shared.contracts.civil_time import date_from_day
from shared.contracts.journal import End, Head, JournalRecord, Moment
from shared.failures import Unavailable
from shared.runtime.service_client import ServiceClient

PATH = "/v1/journal"
MOST_QUERY_BYTES = 3_800  # gunicorn takes a request line of 4,094 bytes
TIMEOUT_S = 300  # a day is read from its segments
_BEFORE_ALL = "1970-01-01"  # a day of which there is no record
_RECORD = msgspec.json.Decoder(JournalRecord)
_HEAD = msgspec.json.Decoder(Head)
_END = msgspec.json.Decoder(End)
_Query = list[tuple[str, str]]


class TelemetryJournal:
    """Reads the journal; belongs to one thread."""

    def __init__(self, client: ServiceClient) -> None:
        self._client = client

    @contextmanager
    def records(
        self, day: int, *, vendor: str | None = None, devices: Collection[str] = (), site: str | None = None
    ) -> Iterator[Iterator[JournalRecord]]:
        """See :class:`services.adoption.refolding.Journal`.

        :raises Unavailable: if telemetry is away, or an answer is not whole; also inside the block
        """
        query: _Query = [("day", date_from_day(day).isoformat())]
        query += [("vendor", vendor)] if vendor else []
        query += [("site", site)] if site else []
        yield self._all(query, sorted(devices))

    def heads(self) -> dict[str, int]:
        """See :class:`services.adoption.refolding.Journal`.

        :raises Unavailable: if telemetry is away
        """
        with self._client.lines(PATH, [("day", _BEFORE_ALL)], TIMEOUT_S) as lines:
            return _head(lines, _BEFORE_ALL).workers

    def _all(self, query: _Query, devices: list[str]) -> Iterator[JournalRecord]:
        for part in _parts(query, devices):
            with self._client.lines(PATH, part, TIMEOUT_S) as lines:
                yield from _whole(lines, query[0][1])


def _parts(query: _Query, devices: list[str]) -> Iterator[_Query]:
    """The query, once for as many devices as fit into a request line; once if it is not narrowed to devices."""
    part = list(query)
    for device in devices:
        longer = [*part, ("device", device)]
        if len(urlencode(longer)) > MOST_QUERY_BYTES:
            yield part
            longer = [*query, ("device", device)]
        part = longer
    yield part


def _head(lines: Iterator[bytes], day: str) -> Moment:
    try:
        moment = _HEAD.decode(next(lines, b"")).head
    except msgspec.MsgspecError as error:
        raise Unavailable("telemetry", f"not as the journal's contract has it: {error}") from error
    if moment.day.isoformat() != day:
        raise Unavailable("telemetry", f"asked for the journal of {day}, got that of {moment.day}")
    return moment


def _whole(lines: Iterator[bytes], day: str) -> Iterator[JournalRecord]:
    _head(lines, day)
    count = 0
    try:
        for line in lines:
            if line.startswith(b'{"end"'):
                if _END.decode(line).end == count:
                    return
                break
            yield _RECORD.decode(line)
            count += 1
    except msgspec.MsgspecError as error:
        raise Unavailable("telemetry", f"not as the journal's contract has it: {error}") from error
    raise Unavailable("telemetry", f"the journal of {day} broke off after {count} records")
