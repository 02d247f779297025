"""Problem details (RFC 9457): every type of error an HTTP API of ours answers, and its status.

A type is ``urn:pilotlight:problem:{reason}``; reason is the word a :class:`shared.failures.Rejected` carries.
Titles and details live in the message catalogues, Chinese first.
"""

import marshmallow as ma

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:pilotlight:problem:"

STATUS = {
    "invalid_request": 422,
    "not_json": 400,
    "no_token": 401,
    "bad_token": 401,
    "bad_credentials": 401,
    "not_signed_in": 401,
    "forbidden": 403,
    "no_account": 403,
    "not_found": 404,
    "job_unknown": 404,
    "method_not_allowed": 405,
    "already_exists": 409,
    "conflicting": 409,
    "same_person": 409,
    "done_before": 409,
    "changed_meanwhile": 412,
    "too_large": 413,
    "not_supported_media": 415,
    "range_not_satisfiable": 416,
    "unknown_reference": 422,
    "bad_uscc": 422,
    "idempotency_key_reused": 422,
    "precondition_required": 428,
    "too_many_attempts": 429,
    "too_many_imports": 429,
    "internal": 500,
    "unavailable": 503,
}
# What Flask and Werkzeug raise by themselves, as our reasons.
REASON_OF_STATUS = {
    400: "not_json",
    401: "no_token",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    415: "not_supported_media",
    416: "range_not_satisfiable",
    422: "invalid_request",
    429: "too_many_attempts",
    503: "unavailable",
}


class FieldError(ma.Schema):
    """One thing wrong in one place."""

    pointer = ma.fields.String(metadata={"description": "JSON pointer (RFC 6901) as a fragment: #/0/uscc"})
    detail = ma.fields.String(metadata={"description": "What is wrong and what would be right"})


class Problem(ma.Schema):
    """The body of every error."""

    type = ma.fields.String(metadata={"description": "urn:pilotlight:problem:{reason}, stable"})
    title = ma.fields.String(metadata={"description": "In the language asked for by Accept-Language"})
    status = ma.fields.Integer()
    detail = ma.fields.String()
    errors = ma.fields.List(ma.fields.Nested(FieldError))
