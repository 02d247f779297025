"""What every metric's computation gives: its integers, the rows behind them, and what else is shown with it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Literal, NamedTuple

Part = Literal["numerator", "denominator", "removed"]


class Window(NamedTuple):
    """Civil days, half-open: ``start`` counts, ``end`` (t1) does not."""

    start: date
    end: date

    @property
    def last(self) -> date:
        """The last day that counts, the one before t1."""
        return self.end - timedelta(days=1)


class RecordKey(NamedTuple):
    """With vendor, device and kind, the identity of a record."""

    ts: int
    seq: int


class Row(NamedTuple):
    """What stands behind a part of a figure, and why; what a metric does not speak of is None.

    ``amount`` is how much of the part's integer it is, in the metric's unit: 1 where units are counted. Of a part the
    amounts sum to the integer the figure says.
    """

    why: str
    amount: int = 1
    day: date | None = None
    dwelling: str | None = None
    vendor: str | None = None
    device: str | None = None
    binding: str | None = None
    slot: str | None = None
    category: str | None = None
    tenancy: str | None = None
    installation: str | None = None
    site: str | None = None
    document: str | None = None
    heard_on: date | None = None
    starts_at: str | None = None
    length_s: int | None = None
    overlong_s: int | None = None
    headcount: int | None = None
    place: int | None = None
    records: tuple[RecordKey, ...] | None = None


class Ratio(NamedTuple):
    """A numerator over a denominator; over none where the metric is a count."""

    numerator: int
    denominator: int | None


class Coverage(NamedTuple):
    """How much of what could be observed was: units unaffected by an approved outage, of all."""

    unit: str
    unaffected: int
    all: int


Rows = Callable[[Part], Iterable[Row]]


class Counted(NamedTuple):
    """A metric, counted.

    ``total`` is over all units, UNKNOWN counted against the programme. ``rows`` makes the rows of a part, which may be
    many, only when asked. ``inputs`` are the rows of facts and registry that entered, for the input hash. ``note``
    names one of the definition's notes. ``too_few``: there are too few units for a value, which is INSUFFICIENT then.
    """

    total: Ratio
    observed: Ratio
    coverage: Coverage
    removed: Mapping[str, int]
    applicable: bool
    rows: Rows
    inputs: Iterable[Sequence[object]]
    apart: Mapping[str, int] = {}
    findings: Mapping[str, int] = {}
    note: str | None = None
    too_few: bool = False
