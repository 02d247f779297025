"""Consent is not given backwards, and may be withdrawn on any day since; pure."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from services.registry.collection import Entity
from services.registry.refusal import Refused, fault, pointer
from shared.contracts.registry_evidence import Tenancy, without_consent


def completed(before: Entity, patch: Mapping[str, Any]) -> Mapping[str, Any]:
    """The patch with ``given_from``, where a tenancy's leaves it out: a withdrawal keeps what was given before.

    :raises Refused: if it has another word without its day, or withdraws what was given later
    """
    if not isinstance(before, Tenancy) or patch.get("consent", before.consent) == before.consent:
        return patch
    if "consent_from" not in patch:
        raise Refused([fault(pointer("consent_from"), "invalid_request", "rule.consent_needs_its_day")])
    if "given_from" in patch:
        return patch
    late = before.consent == "GIVEN" and before.consent_from > before.valid_from
    if patch["consent"] != "WITHDRAWN" or not late:
        return {**patch, "given_from": None}
    given = before.consent_from.isoformat()
    if str(patch["consent_from"]) <= given:
        raise Refused([fault(pointer("consent_from"), "conflicting", "rule.withdrawn_before_given", given=given)])
    return {**patch, "given_from": given}


def check(before: Entity, after: Tenancy, earlier: Iterable[Entity]) -> None:
    """A day that stood without consent stays so, unless it comes after the day of every word the household ever said.

    ``earlier`` are all versions until now: a word that was moved back first is still one that was said.

    :raises Refused: if another would count
    """
    assert isinstance(before, Tenancy)
    day = _first_that_counts_now(before, after)
    last_word = max(one.consent_from for one in (before, *earlier) if isinstance(one, Tenancy))
    if day is not None and day <= last_word:
        told = {"day": day, "since": last_word}
        raise Refused([fault(pointer("consent_from"), "conflicting", "rule.consent_backwards", **told)])


def may_go(row: Tenancy, registered: date, today: date) -> bool:
    """Whether a tenancy may be taken back: it tells of no day without consent, or does so only since today."""
    return registered == today or not without_consent(row)


def _first_that_counts_now(before: Tenancy, after: Tenancy) -> date | None:
    """The first day of the tenancy that stood without consent and no longer does."""
    for first, end in without_consent(before):
        day = first
        for since, until in without_consent(after):
            if since <= day < (until or date.max):
                day = until or date.max
        if day < min(end or date.max, after.valid_to or date.max):
            return day
    return None
