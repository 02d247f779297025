"""Consent is not given backwards, and may be withdrawn always; pure."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from services.registry.collection import Entity
from services.registry.refusal import Refused, fault, pointer
from shared.contracts.registry_evidence import Tenancy, without_consent


def completed(before: Entity, patch: Mapping[str, Any]) -> Mapping[str, Any]:
    """The patch with ``given_from``, where a tenancy's leaves it out: a withdrawal keeps what was given before."""
    if not isinstance(before, Tenancy) or "given_from" in patch or "consent" not in patch:
        return patch
    given = before.given_from if before.consent == "WITHDRAWN" else None
    if before.consent == "GIVEN" and before.consent_from > before.valid_from:
        given = before.consent_from
    withdrawn = patch["consent"] == "WITHDRAWN" and given is not None
    return {**patch, "given_from": given.isoformat() if withdrawn and given else None}


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
    for first, end in without_consent(before):
        day = first
        for since, until in without_consent(after):
            if since <= day < (until or date.max):
                day = until or date.max
        if day < min(end or date.max, after.valid_to or date.max):
            return day
    return None
