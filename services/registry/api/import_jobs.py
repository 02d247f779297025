"""Imports as jobs: how far one is, and what became of it."""

from typing import Any

import msgspec
from flask import Response, url_for
from flask_smorest import Blueprint

from services.registry.api.answering import told_of
from services.registry.api.guarding import guarded
from services.registry.api.import_reports import JSON, XLSX, report, to_mend, wants_sheet
from services.registry.api.import_schemas import ImportJobSchema
from services.registry.api.kept_imports import IMPORTERS
from services.registry.importing.jobs import Job, Jobs
from services.registry.refusal import Refused
from shared.failures import Rejected, Unavailable
from shared.runtime.auth import caller
from shared.runtime.web import language, problem


def add_jobs(imports: Blueprint, jobs: Jobs) -> None:
    """GET of a job, to who started it and to administrators."""

    @imports.route("/jobs/<key>", methods=["GET"])
    @guarded(imports, *IMPORTERS)
    @imports.alt_response(404, "NOT_FOUND")
    @imports.doc(
        operationId="get_import_job",
        summary="How far it is, and in the end the report; Accept XLSX to be given the refused rows, once it is done",
        responses={
            "200": {
                "description": "The job as it is now",
                "content": {
                    JSON: {"schema": ImportJobSchema},
                    XLSX: {"schema": {"type": "string", "format": "binary"}},
                },
            },
        },
    )
    def job(key: str) -> Response:
        found = jobs.find(key)
        if found is None or (caller().role != "administrator" and found.importer != caller().key):
            raise Rejected("job_unknown", what=key)
        if found.result is not None and wants_sheet():
            return to_mend(found.kind, found.result)
        return told(found)


def accepted(job: Job) -> Response:
    """The answer to who has asked for a job: where to ask how far it is."""
    answer = told(job)
    answer.status_code = 202
    answer.headers["Location"] = url_for("imports.job", key=job.id)
    return answer


def told(job: Job) -> Response:
    """A job as JSON."""
    body = {
        "id": job.id,
        "kind": job.kind.name,
        "state": job.state,
        "rows_done": job.done,
        "rows": job.rows,
        "report": job.result and report(job.kind, job.result),
        "problem": job.failure and msgspec.json.decode(_problem(job.failure).get_data()),
    }
    return Response(msgspec.json.encode(body), content_type=JSON, headers={"Content-Language": language()})


def _problem(failure: Exception) -> Any:
    """What the same file would have been answered without a job."""
    match failure:
        case Refused():
            return told_of(failure)
        case Rejected():
            return problem(failure.reason, **failure.params)
        case Unavailable():
            return problem("unavailable", part=failure.part)
    return problem("internal")
