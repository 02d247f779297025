"""Telemetry's journal over HTTP, as its contract words it."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from urllib.parse import urlencode

import msgspec

from services.adoption.adapters.shelf import Shelf
from shared.contracts.civil_time import date_from_day
from shared.contracts.journal import End, Head, JournalRecord, Moment
from shared.failures import Unavailable
from shared.runtime.service_client import ServiceClient

PATH = "/v1/journal"
MOST_QUERY_BYTES = 3_800  # gunicorn takes a request line of 4,094 bytes
TIMEOUT_S = 300  # a day is read from its segments
_BEFORE_ALL = "1970-01-01"  # a day of which there is no record
_Query = list[tuple[str, str]]


class _Kind(msgspec.Struct):
    kind: str


class _Whose(msgspec.Struct):
    """Of a :class:`JournalRecord`, whose it is."""

    device: str
    record: _Kind


_RECORD = msgspec.json.Decoder(JournalRecord)
_WHOSE = msgspec.json.Decoder(_Whose)
_HEAD = msgspec.json.Decoder(Head)
_END = msgspec.json.Decoder(End)


class TelemetryJournal:
    """Reads the journal; belongs to one thread. See :class:`services.adoption.refolding.Journal`."""

    def __init__(self, client: ServiceClient) -> None:
        self._client = client

    def records(self, day: int, site: str | None = None) -> Iterator[JournalRecord]:
        """The receipts of records with ``ts`` on a civil day, of all sites or of one.

        :raises Unavailable: if telemetry is away, or the answer is not whole; what came is no answer then
        """
        with _of_the_contract():
            for line in self._lines(_of_day(day) + ([("site", site)] if site else [])):
                yield _RECORD.decode(line)

    def of_groups(
        self, day: int, vendor: str, groups: Sequence[Collection[str]], kind: str | None = None
    ) -> Iterator[Iterator[JournalRecord]]:
        """The receipts of groups of a vendor's devices, group after group; the journal is read once, before the first.

        :raises Unavailable: if telemetry is away, its answer is not whole or not of the contract, or the disk is full;
            what is wrong inside a record only when its group is read
        """
        number_of = {device: number for number, group in enumerate(groups) for device in group}
        query = [*_of_day(day), ("vendor", vendor)]
        narrow = [*query, *(("device", device) for device in sorted(number_of))]
        shelf = Shelf(len(groups))
        with _of_the_contract():
            shelf.lay(
                (number_of[whose.device], line)
                for line in self._lines(narrow if len(urlencode(narrow)) <= MOST_QUERY_BYTES else query)
                if (whose := _WHOSE.decode(line)).device in number_of and kind in (None, whose.record.kind)
            )
        for lines in shelf.parts():
            yield _records(lines)

    def heads(self) -> dict[str, int]:
        """See :class:`services.adoption.awaiting.Heads`.

        :raises Unavailable: if telemetry is away
        """
        with _of_the_contract(), self._client.lines(PATH, [("day", _BEFORE_ALL)], TIMEOUT_S) as lines:
            return _head(lines, _BEFORE_ALL).workers

    def _lines(self, query: _Query) -> Iterator[bytes]:
        with self._client.lines(PATH, query, TIMEOUT_S) as lines:
            yield from _whole(lines, query[0][1])


def _of_day(day: int) -> _Query:
    return [("day", date_from_day(day).isoformat())]


def _records(lines: Iterable[bytes]) -> Iterator[JournalRecord]:
    with _of_the_contract():
        yield from map(_RECORD.decode, lines)


@contextmanager
def _of_the_contract() -> Iterator[None]:
    try:
        yield
    except msgspec.MsgspecError as error:
        raise Unavailable("telemetry", f"not as the journal's contract has it: {error}") from error


def _head(lines: Iterator[bytes], day: str) -> Moment:
    moment = _HEAD.decode(next(lines, b"")).head
    if moment.day.isoformat() != day:
        raise Unavailable("telemetry", f"asked for the journal of {day}, got that of {moment.day}")
    return moment


def _whole(lines: Iterator[bytes], day: str) -> Iterator[bytes]:
    """The lines of records, if there is an end that counts them."""
    _head(lines, day)
    count = 0
    for line in lines:
        if line.startswith(b'{"end"'):
            if _END.decode(line).end == count:
                return
            break
        yield line
        count += 1
    raise Unavailable("telemetry", f"the journal of {day} broke off after {count} records")
