"""InfluxDB as services use it: one database, and the two words for its failures."""

import logging
from collections.abc import Callable, Collection, Iterator
from typing import Any, TypeVar

from influxdb_client.rest import ApiException

from shared.brokers.influx import DOWN, Server, connect, parse
from shared.failures import Rejected, Unavailable

_REFUSED = (400, 413, 422)  # wrong lines, too much at once, beyond retention
_LIMITS = ("max-values-per-tag", "max-series")
_log = logging.getLogger(__name__)
Result = TypeVar("Result")


class InfluxDatabase:
    """A database of a server that may be away, and what its failures mean; belongs to one thread at a time."""

    def __init__(self, url: str) -> None:
        self._address = parse(url)
        self._server: Server | None = None

    def write(self, text: str) -> None:
        """Write lines of line protocol; all of them are stored when this returns. A missing database is made.

        :raises Rejected: ``refused_by_store`` if at least one of them will never be taken; the others may be stored
        :raises Unavailable: if InfluxDB is away, full, or refuses us
        """
        self._asked(lambda server: self._write(server, text), _REFUSED)

    def series(self, influxql: str) -> Iterator[dict[str, Any]]:
        """The series of the answer to a query.

        :raises Unavailable: if InfluxDB is away, or does not answer it
        """
        for result in self._asked(lambda server: server.query(influxql))["results"]:
            if "error" in result:
                raise Unavailable("influxdb", result["error"])
            yield from result.get("series", ())

    def _write(self, server: Server, text: str) -> None:
        try:
            server.write(text)
        except ApiException as error:
            if error.status != 404:
                raise
            _log.warning("creating the database", extra={"database": self._address.database})
            server.create()
            server.write(text)

    def _asked(self, ask: Callable[[Server], Result], refused: Collection[int] = ()) -> Result:
        try:
            if self._server is None:
                self._server = connect(self._address)
            return ask(self._server)
        except ApiException as error:
            why = str(error.body or error.reason)
            if error.status in refused and not any(limit in why for limit in _LIMITS):
                raise Rejected("refused_by_store", detail=why) from error
            raise Unavailable("influxdb", f"{error.status}: {why}") from error
        except DOWN as error:
            self._server = None  # its next version may be another
            raise Unavailable("influxdb", str(error)) from error
