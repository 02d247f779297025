"""An HTTP process: a Flask application with health, counters, OpenAPI 3.1, and RFC 9457 for every error.

A service's ``create_app`` calls :func:`create`, registers its blueprints on the Api and returns the application.
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec
from flask import Flask, Response, request
from flask_smorest import Api, Blueprint
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from werkzeug.exceptions import HTTPException

from shared.contracts.problems import MEDIA_TYPE, REASON_OF_STATUS, STATUS, TYPE_PREFIX, Problem
from shared.failures import Rejected, Unavailable
from shared.runtime.catalogue import LANGUAGES, say
from shared.runtime.openapi import ErrorsOfAll, told_by_validators

_log = logging.getLogger(__name__)
MAX_BODY_BYTES = 8 * 1024 * 1024


def language() -> str:
    """The language the caller asked for; Chinese unless English is preferred."""
    return request.accept_languages.best_match(LANGUAGES, default=LANGUAGES[0]) or LANGUAGES[0]


def problem(
    reason: str,
    *,
    errors: list[dict[str, str]] | None = None,
    headers: Mapping[str, str] | None = None,
    **params: Any,
) -> Response:
    """A problem response in the caller's language."""
    tongue = language()
    status = STATUS[reason]
    body: dict[str, Any] = {
        "type": TYPE_PREFIX + reason,
        "title": say(f"title.{reason}", tongue),
        "status": status,
    }
    detail = say(f"detail.{reason}", tongue, **params)
    if detail != f"detail.{reason}":
        body["detail"] = detail
    if errors:
        body["errors"] = errors
    response = Response(msgspec.json.encode(body), status, content_type=MEDIA_TYPE, headers=dict(headers or {}))
    response.headers["Content-Language"] = tongue
    return response


class ProblemApi(Api):  # type: ignore[misc]  # flask-smorest ships no types
    """flask-smorest's Api, with problem details for every error."""

    ERROR_SCHEMA = Problem
    DEFAULT_ERROR_RESPONSE_NAME = None  # every status that is answered is named

    def handle_http_exception(self, error: HTTPException) -> Response:
        """Answer what Flask, Werkzeug or webargs raised as a problem."""
        data = getattr(error, "data", None) or {}
        reason = REASON_OF_STATUS.get(error.code or 500, "internal")
        headers = {k: v for k, v in error.get_headers() if k not in ("Content-Type", "Content-Length")}
        return problem(reason, errors=list(_field_errors(data.get("messages", {}))), headers=headers, what=request.path)

    def _register_responses(self) -> None:
        self.DEFAULT_RESPONSE_CONTENT_TYPE = MEDIA_TYPE  # these responses are the errors; ours are problem+json
        super()._register_responses()
        del self.DEFAULT_RESPONSE_CONTENT_TYPE


def create(name: str, title: str, *, check: Callable[[], None]) -> tuple[Flask, Any]:
    """A Flask application and its Api.

    ``check`` raises Unavailable while a dependency the service cannot work without is away; ``/healthz`` calls it.
    """
    app = Flask(name)
    app.config.update(
        API_TITLE=title,
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/v1",
        OPENAPI_JSON_PATH="openapi.json",
        MAX_CONTENT_LENGTH=MAX_BODY_BYTES,
    )
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    api = ProblemApi(app, spec_kwargs={"extra_plugins": [ErrorsOfAll()]})
    api.ma_plugin.converter.add_attribute_function(told_by_validators)
    app.register_error_handler(Rejected, _answer_rejected)
    app.register_error_handler(Unavailable, _answer_unavailable)
    app.register_error_handler(Exception, _answer_defect)
    app.register_blueprint(_operations(check))
    return app, api


def _operations(check: Callable[[], None]) -> Blueprint:
    """``/healthz`` and ``/metrics``, for operators; no token, loopback or a private network only."""
    operations = Blueprint("operations", __name__)

    @operations.route("/healthz")
    def healthz() -> dict[str, str]:
        check()
        return {"status": "ok"}

    @operations.route("/metrics")
    def metrics() -> Response:
        return Response(generate_latest(), content_type=CONTENT_TYPE_LATEST)

    return operations


def _answer_rejected(error: Rejected) -> Response:
    errors = None
    if error.field is not None:
        tongue = language()
        params = error.params
        errors = [{"pointer": "#/" + error.field, "detail": say(f"detail.{error.reason}", tongue, **params)}]
    headers = {"WWW-Authenticate": "Bearer"} if STATUS[error.reason] == 401 else {}
    if "wait_s" in error.params:
        headers["Retry-After"] = str(error.params["wait_s"])
    return problem(error.reason, errors=errors, headers=headers, **error.params)


def _answer_unavailable(error: Unavailable) -> Response:
    _log.warning("unavailable", extra={"part": error.part, "why": str(error)})
    return problem("unavailable", headers={"Retry-After": "5"}, part=error.part)


def _answer_defect(error: Exception) -> Response:
    _log.error("defect", exc_info=error, extra={"path": request.path, "method": request.method})
    return problem("internal")


def _field_errors(messages: Any, path: str = "#") -> Iterator[dict[str, str]]:
    """webargs' nested messages as a flat list; its first level names the place in the request (json, query)."""
    tongue = language()
    if isinstance(messages, dict):
        for key, inner in messages.items():
            outer = path == "#" and key in ("json", "query", "json_or_form", "headers")
            yield from _field_errors(inner, path if outer or key == "_schema" else f"{path}/{key}")
    elif isinstance(messages, list):
        for inner in messages:
            yield from _field_errors(inner, path)
    elif isinstance(messages, tuple):  # a key of the catalogue, and what fills its places
        key, params = messages
        yield {"pointer": path, "detail": say(key, tongue, **params)}
    elif messages:
        yield {"pointer": path, "detail": say(str(messages), tongue)}
