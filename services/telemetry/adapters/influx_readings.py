"""InfluxDB as the worker and the ledger use it: points written, points counted."""

from shared.brokers.influx_database import InfluxDatabase
from shared.contracts.civil_time import OFFSET_MS, day_of, start_of
from shared.contracts.influx import MEASUREMENTS

_OFFSET_H = 24 - OFFSET_MS // 3_600_000  # InfluxQL's days begin at 00:00 UTC; ours 16 hours later


class InfluxReadings:
    """Readings and all other points. Belongs to one thread at a time."""

    def __init__(self, url: str) -> None:
        self._database = InfluxDatabase(url)

    def write(self, text: str) -> None:
        """Write lines of line protocol; all of them are stored when this returns.

        :raises Rejected: ``refused_by_store`` if at least one of them will never be taken; the others may be stored
        :raises Unavailable: if InfluxDB is away, full, or refuses us
        """
        self._database.write(text)

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
        for series in self._database.series(query):
            for at_ms, count in series["values"]:
                key = (series["tags"]["vendor"], day_of(at_ms))
                counts[key] = counts.get(key, 0) + count
        return counts
