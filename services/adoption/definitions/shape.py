"""The form of a metric's definition."""

from collections.abc import Mapping
from datetime import date
from typing import Literal, NamedTuple


class Text(NamedTuple):
    """Words for a reader, Chinese first."""

    zh: str
    en: str


class Parameter(NamedTuple):
    """A number a definition depends on, with where it comes from."""

    key: str
    value: int
    unit: str
    meaning: Text
    source: str
    clause: str
    version: int
    valid_from: date


class Definition(NamedTuple):
    """A metric; ``denominator`` is None where it is a count.

    ``unit`` is what its integers count. ``exclusions`` are why a unit is removed, ``reasons`` why one that stays counts
    or does not, ``apart`` what is shown beside the figure in its own unit, ``findings`` what was noticed, ``notes``
    what a reader must know of one figure, ``polarity`` whether more of it is better (+1). A quotient
    of unlike units, as sessions per day, is not ``in_percent``.
    """

    id: str
    version: int
    valid_from: date
    name: Text
    formula: Text
    numerator: Text
    denominator: Text | None
    window: Text
    unit: str
    exclusions: Mapping[str, Text]
    reasons: Mapping[str, Text]
    apart: Mapping[str, Text]
    findings: Mapping[str, Text]
    notes: Mapping[str, Text]
    polarity: Literal[1, -1, 0]
    coverage_unit: str
    parameters: tuple[Parameter, ...]
    clause: str
    source: str
    in_percent: bool = True

    def parameter(self, key: str) -> int:
        """The value of a parameter."""
        return next(parameter.value for parameter in self.parameters if parameter.key == key)


# The policy page's information date; the date of issue is not in its text.
VALID_FROM = date(2024, 4, 12)

COVERAGE_MIN = Parameter(
    "coverage_min", 90, "percent",
    Text("覆盖率低于此值时不给出结果(INSUFFICIENT)", "below this coverage no value is given (INSUFFICIENT)"),
    "policy page 4.1", "11, 12", 1, VALID_FROM,
)  # fmt: skip
AFFECTED_MINUTES = Parameter(
    "affected_minutes", 60, "minute",
    Text("06:00–24:00 内未知分钟达到此值的一日为受影响", "affected: a day with so many UNKNOWN minutes of 06:00–24:00"),
    "policy page 7.3", "11", 1, VALID_FROM,
)  # fmt: skip
