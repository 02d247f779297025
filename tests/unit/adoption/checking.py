"""What every figure of venues must say, and its rows must sum to."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from services.adoption.definitions import DEFINITIONS
from services.adoption.measure import Measured

Rows = Iterable[tuple[Any, int]]  # what a row is about, and its amount


def check_integers(
    result: Measured,
    total: tuple[int, int],
    observed: tuple[int, int],
    coverage: tuple[int, int],
    scope: str,
    applicable: int | None = None,
) -> None:
    """Its integers, and by the coverage whether there is a value; ``applicable`` if not the denominator says that."""
    figure = result.figure
    assert figure.conservative[:2] == total, scope
    assert figure.observed[:2] == observed, scope
    assert figure.coverage == (figure.definition.coverage_unit, *coverage), scope
    unaffected, everything = coverage
    enough = 10 * unaffected >= 9 * everything
    anything = total[1] if applicable is None else applicable
    assert figure.status == (None if anything and enough else "INSUFFICIENT" if anything else "NOT_APPLICABLE"), scope


def check_removed(result: Measured, reasons: Iterable[str], scope: str) -> None:
    """How many are removed, by reason; there is a row for each."""
    expected = Counter(reasons)
    words = DEFINITIONS[result.figure.definition.id].exclusions
    assert result.figure.removed == {why: expected[why] for why in words}, scope
    rows = result.rows("removed")
    assert Counter(row.why for row in rows) == expected, scope
    assert {row.amount for row in rows} <= {1}


def check_rows(result: Measured, part: Any, expected: Rows, about: Any, scope: str) -> None:
    """The rows of a part: each what it is about, with its amount; together what the figure says."""
    rows = result.rows(part)
    assert sorted((about(row), row.amount) for row in rows) == sorted(expected), (scope, part)
    assert sum(row.amount for row in rows) == result.total(part), (scope, part)
