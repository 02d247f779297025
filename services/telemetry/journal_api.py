"""The route of the journal: parse, call, stream."""

from collections.abc import Sequence
from typing import Any

import marshmallow as ma
from flask import Response
from flask_smorest import Blueprint

from services.telemetry import schemas
from services.telemetry.api import guarded
from services.telemetry.recalling import Question, Source, recall
from shared.contracts.civil_time import day_from_date
from shared.contracts.journal import CONTENT_TYPE

AUDITORS = ("auditor", "administrator", "service")


def journal_routes(journals: Sequence[Source]) -> Blueprint:
    """The blueprint of ``/v1/journal``, over these workers' journals."""
    v1 = Blueprint("journal", __name__, url_prefix="/v1", description="日志 / every receipt, for whoever recomputes")

    @v1.route("/journal")
    @guarded(v1, *AUDITORS)
    @v1.arguments(schemas.JournalQuery, location="query", unknown=ma.RAISE)
    @v1.response(200, schemas.JournalLine, content_type=CONTENT_TYPE)
    @v1.alt_response(503, "SERVICE_UNAVAILABLE")
    def read_journal(query: dict[str, Any]) -> Response:
        """Every receipt of every accepted record of a civil day of ts, in JSON lines; whole if the last says end."""
        day = day_from_date(query["day"])
        question = Question(day, query["site"], query["vendor"], frozenset(query["device"]))
        return Response(recall(question, journals), content_type=CONTENT_TYPE)

    return v1
