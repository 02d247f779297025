"""A measured number beside the one to reach, and the table of them. Pure."""

import operator
from collections.abc import Callable, Iterator, Sequence
from typing import Literal, NamedTuple

Side = Literal["<=", ">="]
_HOLDS: dict[Side, Callable[[float, float], bool]] = {"<=": operator.le, ">=": operator.ge}


class Reach(NamedTuple):
    """A number to reach: at most, or at least."""

    side: Side
    number: float


class Measure(NamedTuple):
    """One number: ``cpu_us`` is what of it is processor time, for the comparison with the yardstick."""

    what: str
    value: float
    unit: str
    reach: Reach | None
    how: str
    cpu_us: float | None = None

    @property
    def reached(self) -> bool | None:
        """Whether it reaches what is asked; None where nothing is."""
        return None if self.reach is None else _HOLDS[self.reach.side](self.value, self.reach.number)


def lines(measures: Sequence[Measure], yardstick_us: float) -> Iterator[str]:
    """The table: measured, to reach, and how many times the yardstick its processor time is."""
    yield f"{'what':<58}{'measured':>14}{'to reach':>16}  {'':<4}{'x json':>8}  how"
    for measure in measures:
        yield line(measure, yardstick_us)


def line(measure: Measure, yardstick_us: float) -> str:
    """One line of the table."""
    reach = "" if measure.reach is None else f"{measure.reach.side} {number(measure.reach.number)} {measure.unit}"
    mark = {None: "", True: "ok", False: "no"}[measure.reached]
    ratio = "" if measure.cpu_us is None else number(measure.cpu_us / yardstick_us)
    value = f"{number(measure.value)} {measure.unit}"
    return f"{measure.what:<58}{value:>14}{reach:>16}  {mark:<4}{ratio:>8}  {measure.how}".rstrip()


def number(value: float) -> str:
    """Three significant digits, or the whole number."""
    if abs(value) >= 100 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.2f}" if abs(value) < 10 else f"{value:.1f}"
