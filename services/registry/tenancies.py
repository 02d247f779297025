"""Consent is not given backwards; pure."""

from datetime import date

from services.registry.collection import Entity
from services.registry.refusal import Refused, fault, pointer
from shared.contracts.registry_evidence import Tenancy, without_consent


def check(before: Entity, after: Tenancy) -> None:
    """A day that stood without consent stays so, unless it comes after the day of the household's last word.

    :raises Refused: if another would count
    """
    assert isinstance(before, Tenancy)
    day = _first_that_counts_now(before, after)
    if day is not None and day <= before.consent_from:
        told = {"day": day, "since": before.consent_from}
        raise Refused([fault(pointer("consent_from"), "conflicting", "rule.consent_backwards", **told)])


def _first_that_counts_now(before: Tenancy, after: Tenancy) -> date | None:
    """The first day of the tenancy that stood without consent and no longer does."""
    first, end = _span(before)
    since, until = _span(after)
    day = until if since <= first < until else first
    return day if day < min(end, after.valid_to or date.max) else None


def _span(tenancy: Tenancy) -> tuple[date, date]:
    first, end = without_consent(tenancy)
    return first, end or date.max
