"""The routes: parse, call, dump."""

from collections.abc import Callable
from datetime import date
from typing import Any

import marshmallow as ma
from flask_smorest import Blueprint

from services.adoption import schemas
from services.adoption.access import READERS, READS_ALL
from services.adoption.answer import Asker, Cities, FactsReader, Question, answer
from services.adoption.definitions import DEFINITIONS, Text
from services.adoption.figures.counted import Window
from services.adoption.figures.figure import AsOf, Figure
from services.adoption.figures.scopes import PROGRAMME, parse
from services.adoption.lateness import CUT_OFF, Effect, late
from services.adoption.measure import Measured
from shared.contracts import figures as contract, late as late_contract
from shared.contracts.civil_time import rfc3339
from shared.runtime.auth import caller, requires


def routes(facts: FactsReader, cities: Cities, now_ms: Callable[[], int]) -> Blueprint:
    """The blueprint of ``/v1``, over these facts and this registry."""
    v1 = Blueprint("adoption", __name__, url_prefix="/v1", description="采用情况 / adoption figures")

    def answered(metric: str, from_: date, to: date, scope: str, as_of: date | None, cutoff: bool) -> Measured:
        known_on = to + CUT_OFF if cutoff else as_of
        # the schema has checked the scope
        question = Question(metric, parse(scope) or PROGRAMME, Window(from_, to), known_on)
        return answer(question, asker(), cities, facts, now_ms())

    @v1.route("/metrics")
    @requires()
    @v1.response(200, contract.Metrics)
    def metrics() -> dict[str, Any]:
        """Every metric's definition."""
        return {"metrics": [definition._asdict() for definition in DEFINITIONS.values()]}

    @v1.route("/figures/<metric>")
    @requires(*READERS)
    @v1.arguments(schemas.FigureQuery, location="query", unknown=ma.RAISE)
    @v1.response(200, contract.Figure)
    def figure(query: dict[str, Any], metric: str) -> dict[str, Any]:
        """A figure in full."""
        return _full(answered(metric, **query).figure)

    @v1.route("/figures/<metric>/rows")
    @requires(*READERS)
    @v1.arguments(schemas.RowsQuery, location="query", unknown=ma.RAISE)
    @v1.response(200, contract.Rows)
    def rows(query: dict[str, Any], metric: str) -> dict[str, Any]:
        """The rows behind a figure: as many as the figure says for the part asked for."""
        part = query.pop("part")
        result = answered(metric, **query)
        found = result.rows(part)
        return {
            "metric": metric,
            "version": result.figure.definition.version,
            "part": part,
            "unit": result.figure.definition.unit,
            "count": len(found),
            "total": result.total(part),
            "input_hash": result.figure.input_hash,
            "as_of": _as_of(result.figure.as_of),
            "rows": found,
        }

    @v1.route("/late")
    @requires(*READERS)
    @v1.arguments(schemas.LateQuery, location="query", unknown=ma.RAISE)
    @v1.response(200, late_contract.Late)
    def late_list(query: dict[str, Any]) -> dict[str, Any]:
        """What of a window became known after its cut-off day, or after ``since``, and its effect on every metric."""
        scope, window = parse(query["scope"]) or PROGRAMME, Window(query["from_"], query["to"])
        found = late(scope, window, query["since"], asker(), cities, facts, now_ms())
        return {
            "scope": scope,
            "window": window,
            "since": _as_of(found.then),
            "now": _as_of(found.now),
            "count": len(found.rows),
            "rows": found.rows,
            "effects": [_effect(effect) for effect in found.effects],
        }

    @v1.route("/status")
    @requires(*READS_ALL, "service")
    @v1.response(200, schemas.Status)
    def status() -> dict[str, Any]:
        """How far the facts are."""
        with facts.at_once() as known:
            rows = known.counts()
            folded_at_ms = known.folded_at_ms()
            refolding, watermarks = known.refolding(), known.watermarks()
        return {
            "rows": rows,
            "set_aside": rows.pop("set_aside"),
            "registry_sequence": cities.sequence(),
            "last_fold": None if folded_at_ms is None else rfc3339(folded_at_ms),
            "refolding": refolding,
            "watermarks": [{"worker": worker, "received_before": rfc3339(ms)} for worker, ms in watermarks],
        }

    return v1


def asker() -> Asker:
    """Who asks, by the token."""
    who = caller()
    return Asker(who.role, who.districts, who.vendors)


def _full(figure: Figure) -> dict[str, Any]:
    definition = figure.definition
    return figure._asdict() | {
        "metric": definition.id,
        "version": definition.version,
        "name": definition.name,
        "unit": definition.unit,
        "parameters": definition.parameters,
        "as_of": _as_of(figure.as_of),
        **figure.conservative._asdict(),
    }


def _as_of(as_of: AsOf) -> dict[str, Any]:
    note = None
    if not as_of.over:
        note = Text(
            f"{as_of.known_on} 尚未结束，当日及以前还可能得知新数据，结果可能变化",
            f"{as_of.known_on} is not over: more may become known on it, and the result may change",
        )
    return {
        "known_on": as_of.known_on,
        "at": rfc3339(as_of.at_ms),
        "registry_sequence": as_of.registry_sequence,
        "over": as_of.over,
        "note": note,
    }


def _effect(effect: Effect) -> dict[str, Any]:
    definition = effect.definition
    return {
        "metric": definition.id,
        "version": definition.version,
        "name": definition.name,
        "unit": definition.unit,
        "since": effect.then.conservative._asdict() | {"status": effect.then.status},
        "now": effect.now.conservative._asdict() | {"status": effect.now.status},
    }
