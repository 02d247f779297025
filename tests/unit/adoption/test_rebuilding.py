"""A rebuild under live traffic: what is folded while the journal is read is neither lost nor doubled."""

import random
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from services.adoption.adapters.sqlite_stock import SqliteStock
from services.adoption.rebuilding import MOST_ROUNDS, rebuild_day
from shared.contracts.journal import JournalRecord
from tests.unit.adoption.folding import DAYS, Adoption, one_stream, settled
from tests.unit.adoption.oracle import day_of
from tests.unit.adoption.world import Json, dump, facts_file

EPOCH = date(1970, 1, 1).toordinal()


class Live:
    """A journal that, each time it has been read, sends and folds one record more; for ever with ``again``."""

    def __init__(self, adoption: Adoption, coming: list[Json], again: bool = False) -> None:
        self.adoption = adoption
        self.coming = coming
        self.again = again

    def records(self, day: int, site: str | None = None) -> Iterator[JournalRecord]:
        lines = list(self.adoption.journal.records(day, site))
        self._more()
        yield from lines

    def of_groups(self, *which: Any) -> Iterator[Iterator[JournalRecord]]:
        for lines in self.adoption.journal.of_groups(*which):
            self._more()
            yield lines

    def _more(self) -> None:
        if self.coming:
            record = self.coming[0] if self.again else self.coming.pop(0)
            self.adoption.journal.add([record])
            self.adoption.fold([record])


@pytest.mark.parametrize("seed", range(10))
def test_what_is_folded_while_days_are_rebuilt_is_neither_lost_nor_doubled(seed: int) -> None:
    chance = random.Random(seed)
    stream = one_stream(chance)
    chance.shuffle(stream)
    with facts_file() as path, facts_file() as other:
        expected = settled(path, stream)
        adoption = Adoption(other)
        adoption.journal.add(stream[:90])
        adoption.fold(stream[:90])
        for table in ("strip", "session", "void", "fault"):
            adoption.facts._connection.execute(f"DELETE FROM {table} WHERE device = 1")
        live, stock = Live(adoption, stream[90:]), SqliteStock(other)
        for day in DAYS:
            rebuild_day(day.toordinal() - EPOCH, None, stock, live)
        rest, live.coming = live.coming, []
        adoption.journal.add(rest)
        adoption.fold(rest)
        adoption.settle()
        adoption.close()
        assert dump(other) == expected


def test_device_days_that_never_hold_still_are_named_and_nothing_of_them_is_lost() -> None:
    stream = one_stream(random.Random(1))
    record = next(each for each in stream if each["kind"] == "usage")
    with facts_file() as path, facts_file() as other:
        expected = settled(path, [record])
        adoption = Adoption(other)
        adoption.journal.add([record])
        adoption.fold([record])
        live, stock = Live(adoption, [record], again=True), SqliteStock(other)
        rebuilt = rebuild_day(day_of(record["ts"]).toordinal() - EPOCH, None, stock, live)
        assert rebuilt.unsettled == [("acme", record["device"])]
        assert len(adoption.journal.told) > MOST_ROUNDS
        adoption.settle()
        adoption.close()
        assert dump(other) == expected
