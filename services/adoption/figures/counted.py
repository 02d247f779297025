"""What every metric's computation gives: the rows behind the figure, and what else is shown with it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple


class Window(NamedTuple):
    """Civil days, half-open: ``start`` counts, ``end`` (t1) does not."""

    start: date
    end: date


class RecordKey(NamedTuple):
    """With vendor, device and kind, the identity of a record."""

    ts: int
    seq: int


class Row(NamedTuple):
    """One unit behind a figure, and why it counts or does not; what a metric does not speak of is None."""

    why: str
    vendor: str | None = None
    device: str | None = None
    binding: str | None = None
    slot: str | None = None
    installation: str | None = None
    site: str | None = None
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


class Counted(NamedTuple):
    """A metric, counted. ``inputs`` are the rows of facts and registry that entered, for the input hash."""

    numerator: Sequence[Row]
    denominator: Sequence[Row] | None
    removed: Sequence[Row]
    observed: Ratio
    coverage: Coverage
    applicable: bool
    inputs: Iterable[Sequence[object]]
    apart: Mapping[str, int] = {}
    findings: Mapping[str, int] = {}
