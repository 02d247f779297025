"""The routes: parse, call, dump."""

from datetime import date
from typing import Any

import marshmallow as ma
from flask_smorest import Blueprint

from services.adoption import schemas
from services.adoption.access import READERS, READS_ALL
from services.adoption.answer import Asker, Cities, FactsReader, Question, answer
from services.adoption.definitions import DEFINITIONS
from services.adoption.figures.counted import Window
from services.adoption.figures.figure import Figure
from services.adoption.figures.scopes import PROGRAMME, parse
from services.adoption.measure import Measured
from shared.contracts import figures as contract
from shared.contracts.civil_time import rfc3339
from shared.runtime.auth import caller, requires


def routes(facts: FactsReader, cities: Cities) -> Blueprint:
    """The blueprint of ``/v1``, over these facts and this registry."""
    v1 = Blueprint("adoption", __name__, url_prefix="/v1", description="采用情况 / adoption figures")

    def answered(metric: str, from_: date, to: date, scope: str) -> Measured:
        who = caller()
        question = Question(metric, parse(scope) or PROGRAMME, Window(from_, to))  # the schema has checked the scope
        return answer(question, Asker(who.role, who.districts, who.vendors), cities, facts)

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
            "count": len(found),
            "input_hash": result.figure.input_hash,
            "rows": found,
        }

    @v1.route("/status")
    @requires(*READS_ALL, "service")
    @v1.response(200, schemas.Status)
    def status() -> dict[str, Any]:
        """How far the facts are."""
        with facts.at_once() as known:
            rows = known.counts()
            folded_at_ms = known.folded_at_ms()
        return {
            "rows": rows,
            "set_aside": rows.pop("set_aside"),
            "registry_sequence": cities.sequence(),
            "last_fold": None if folded_at_ms is None else rfc3339(folded_at_ms),
        }

    return v1


def _full(figure: Figure) -> dict[str, Any]:
    definition = figure.definition
    return figure._asdict() | {
        "metric": definition.id,
        "version": definition.version,
        "name": definition.name,
        "parameters": definition.parameters,
        **figure.conservative._asdict(),
    }
