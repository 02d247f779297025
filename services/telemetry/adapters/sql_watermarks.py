"""Telemetry's own database: what each worker says of its time, for the status."""

from sqlalchemy import Engine

from services.telemetry.adapters import ledger_tables as tables
from services.telemetry.adapters.sql_ledger import available
from services.telemetry.watermark import Mark


class SqlWatermarks:
    """Shows one worker's time. Belongs to one thread."""

    def __init__(self, engine: Engine, worker: str, *, trial: bool) -> None:
        self._engine = engine
        self._worker = worker
        self._trial = trial
        self._shown: tuple[Mark | None] | None = None

    def show(self, told: Mark | None) -> None:
        """Write the watermark last told and whether a trial moves the clock, unless both stand there already.

        :raises Unavailable: if the database is away
        """
        if self._shown == (told,):
            return
        table = tables.worker_time
        row = {"worker": self._worker, "trial": self._trial}
        if told is not None:
            row |= told._asdict()
        with available(self._engine) as connection:
            tables.create(connection)
            connection.execute(table.delete().where(table.c.worker == self._worker))
            connection.execute(table.insert(), row)
        self._shown = (told,)
