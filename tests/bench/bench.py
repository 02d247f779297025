"""What the parts of a bench share: the stack, the loads, and what was found wrong on the way."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from tests.bench.measures import Measure
from tests.under_load.comparing import compare, ledger_faults
from tests.under_load.draining import until_drained
from tests.under_load.load import Load, Wish
from tests.under_load.private import PrivateStack
from tests.under_load.sent import holding_of, points_by_day
from tests.under_load.stored import holding_in

_ENDS_WITHIN_S = 240


class Loaded(NamedTuple):
    """A load that is under way, and whose it is."""

    load: Load
    vendor: str
    wish: Wish


@dataclass
class Bench:
    """One run: ``rows`` sets the size of everything; ``measures`` and ``wrong`` grow as it goes."""

    private: PrivateStack
    rows: int
    say: Callable[[str], None]
    measures: list[Measure] = field(default_factory=list)
    tables: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    checked: int = 0

    def found(self, measure: Measure) -> None:
        """Note a number, and say it."""
        self.measures.append(measure)
        self.say(f"      {measure.what}: {measure.value:.4g} {measure.unit}")

    def prepare(self, vendor: str, wish: Wish) -> Loaded:
        """Register a vendor for a load."""
        town = self.private.town(vendor, wish.devices())
        folder = self.private.folder / vendor
        return Loaded(Load(folder, town, wish, self.private.stack.ports.mqtt), vendor, wish)

    def send(self, loaded: Loaded) -> dict[str, Any]:
        """Send all of it, and wait until all is in the stores; the simulator's totals."""
        loaded.load.start()
        try:
            totals = loaded.load.finish(_ENDS_WITHIN_S)
        finally:
            loaded.load.stop()
        until_drained(self.private.stack)
        return totals

    def check(self, loaded: Loaded) -> None:
        """Compare what was sent with what the stores hold; what differs is wrong."""
        sent = holding_of(loaded.load.lines())
        stored = holding_in(self.private.stack.influx_url("adoption"), self.private.facts, loaded.vendor)
        difference = compare(sent, stored)
        faults = ledger_faults(points_by_day(sent), self.private.ledger(loaded.vendor))
        self.wrong += [f"{loaded.vendor}: {fault}" for fault in (*difference.examples, *faults)]
        self.checked += len(sent.points)
