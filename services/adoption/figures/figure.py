"""A figure is never a bare number: it says what it counts, over what, how much was observed, and from which inputs."""

from collections.abc import Mapping
from datetime import date
from typing import Literal, NamedTuple

from services.adoption.definitions import Definition, Text
from services.adoption.figures.counted import Counted, Coverage, Ratio, Window
from services.adoption.figures.input_hash import input_hash
from services.adoption.figures.scopes import Scope

Status = Literal["INSUFFICIENT", "NOT_APPLICABLE"]


class Value(NamedTuple):
    """A ratio as it is shown: exact, and for a rate also in percent; null where no value may be given."""

    numerator: int
    denominator: int | None
    value: str | int | None
    percent: str | None


class AsOf(NamedTuple):
    """What was known: facts as known on a civil day (None: all there are), and the registry as it was when asked, at
    ``at_ms``, after a change; its own as-of is a second axis, which is not there yet.

    ``over`` says whether the day is over, so that the facts known on it stay as they are; True without one.
    """

    known_on: date | None
    at_ms: int
    registry_sequence: int
    over: bool = True


class Figure(NamedTuple):
    """A metric over a scope and a window; ``status`` is null where it has a value."""

    definition: Definition
    scope: Scope
    window: Window
    status: Status | None
    conservative: Value
    observed: Value
    coverage: Coverage
    removed: Mapping[str, int]
    apart: Mapping[str, int]
    findings: Mapping[str, int]
    note: Text | None
    input_hash: str
    as_of: AsOf


def make(definition: Definition, scope: Scope, window: Window, counted: Counted, as_of: AsOf) -> Figure:
    """The figure of what was counted. The conservative value, over all units, is the one reported."""
    status = _status(definition, counted)
    return Figure(
        definition=definition,
        scope=scope,
        window=window,
        status=status,
        conservative=_value(definition, counted.total, status),
        observed=_value(definition, counted.observed, status),
        coverage=counted.coverage,
        removed={reason: counted.removed.get(reason, 0) for reason in definition.exclusions},
        apart=counted.apart,
        findings=counted.findings,
        note=definition.notes[counted.note] if counted.note else None,
        input_hash=input_hash(definition, scope, window, counted.inputs),
        as_of=as_of,
    )


def percent(numerator: int, denominator: int) -> str:
    """A rate in percent with two decimals, half up, from integers alone: ``percent(1, 8)`` is ``12.50``."""
    hundredths = (numerator * 20_000 + denominator) // (2 * denominator)
    return f"{hundredths // 100}.{hundredths % 100:02d}"


def _status(definition: Definition, counted: Counted) -> Status | None:
    if not counted.applicable:
        return "NOT_APPLICABLE"
    coverage = counted.coverage
    if counted.too_few or coverage.unaffected * 100 < coverage.all * definition.parameter("coverage_min"):
        return "INSUFFICIENT"
    return None


def _value(definition: Definition, ratio: Ratio, status: Status | None) -> Value:
    numerator, denominator = ratio
    if status or denominator == 0:
        return Value(numerator, denominator, None, None)
    if denominator is None:
        return Value(numerator, None, numerator, None)
    in_percent = percent(numerator, denominator) if definition.in_percent else None
    return Value(numerator, denominator, f"{numerator}/{denominator}", in_percent)
