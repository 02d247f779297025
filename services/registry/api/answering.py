"""Refusals as problems: every fault with its place, in the caller's language."""

from typing import Any

from flask import Response

from services.registry import counters
from services.registry.refusal import Complaint, Refused
from shared.runtime.catalogue import say
from shared.runtime.web import language, problem

_NAMED = 3


def answer_refused(error: Refused) -> Response:
    """The problem for a refusal."""
    counters.REFUSED.labels(error.reason).inc()
    return told_of(error)


def told_of(error: Refused) -> Response:
    """The problem for a refusal that was counted already."""
    tongue = language()
    errors = [{"pointer": each.pointer, "detail": phrase(each.complaint, tongue)} for each in error.faults]
    told = [_told(each.complaint, tongue) for each in error.faults]
    summary: dict[str, Any] = {
        name: _first([params[name] for params in told if name in params]) for name in ("what", "why", "value")
    }
    return problem(error.reason, errors=errors, **summary)


def phrase(complaint: Complaint, tongue: str) -> str:
    """A complaint in words."""
    return say(complaint.message, tongue, **_told(complaint, tongue))


def _told(complaint: Complaint, tongue: str) -> dict[str, Any]:
    """What fills a complaint's places: an entity is named in the reader's language."""
    params = dict(complaint.params)
    if "entity" in params:
        params["what"] = f"{say('entity.' + params['entity'], tongue)} {params['id']}"
    params["why"] = say(complaint.message, tongue, **params)
    return params


def _first(values: list[Any]) -> str:
    distinct = list(dict.fromkeys(str(value) for value in values))
    more = f" … (+{len(distinct) - _NAMED})" if len(distinct) > _NAMED else ""
    return "; ".join(distinct[:_NAMED]) + more
