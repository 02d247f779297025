"""InfluxDB as the worker and the ledger use it: points written, points counted."""

import logging
from collections.abc import Callable
from typing import Any, TypeVar

from influxdb_client.rest import ApiException

from shared.brokers.influx import DOWN, Server, connect, parse
from shared.contracts.civil_time import OFFSET_MS, day_of, start_of
from shared.contracts.influx import MEASUREMENTS
from shared.failures import Rejected, Unavailable

_log = logging.getLogger(__name__)
_REFUSED = (400, 413, 422)  # wrong lines, too much at once, beyond retention
_LIMITS = ("max-values-per-tag", "max-series")
_OFFSET_H = 24 - OFFSET_MS // 3_600_000  # InfluxQL's days begin at 00:00 UTC; ours 16 hours later
Result = TypeVar("Result")


class InfluxReadings:
    """Readings and all other points. Belongs to one thread at a time."""

    def __init__(self, url: str) -> None:
        self._address = parse(url)
        self._server: Server | None = None

    def write(self, text: str) -> None:
        """Write lines of line protocol; all of them are stored when this returns.

        :raises Rejected: ``refused_by_store`` if at least one of them will never be taken; the others may be stored
        :raises Unavailable: if InfluxDB is away, full, or refuses us
        """
        self._asked(lambda server: server.write(text))

    def stored(self, from_day: int, to_day: int) -> dict[tuple[str, int], int]:
        """Distinct points by vendor and civil day, of the days from ``from_day`` up to but not including ``to_day``.

        :raises Unavailable: if InfluxDB is away
        """
        counts: dict[tuple[str, int], int] = {}
        query = (
            f"SELECT count(seq) FROM {', '.join(MEASUREMENTS)} "  # noqa: S608 – InfluxQL of constants and integers
            f"WHERE time >= {start_of(from_day)}ms AND time < {start_of(to_day)}ms "
            f"GROUP BY time(1d, {_OFFSET_H}h), vendor fill(none)"
        )
        answer = self._asked(lambda server: server.query(query))
        for result in answer["results"]:
            if "error" in result:
                raise Unavailable("influxdb", result["error"])
            for series in result.get("series", ()):
                for at_ms, count in series["values"]:
                    key = (series["tags"]["vendor"], day_of(at_ms))
                    counts[key] = counts.get(key, 0) + count
        return counts

    def _asked(self, ask: Callable[[Server], Result]) -> Result:
        try:
            if self._server is None:
                self._server = connect(self._address)
            try:
                return ask(self._server)
            except ApiException as error:
                if error.status != 404:
                    raise
                _log.warning("creating the database", extra={"database": self._address.database})
                self._server.create()
                return ask(self._server)
        except ApiException as error:
            raise _failure(error) from error
        except DOWN as error:
            self._server = None  # its next version may be another
            raise Unavailable("influxdb", str(error)) from error


def _failure(error: Any) -> Exception:
    body = str(error.body or error.reason)
    if error.status in _REFUSED and not any(limit in body for limit in _LIMITS):
        return Rejected("refused_by_store", detail=body)
    return Unavailable("influxdb", f"{error.status}: {body}")
