"""What the OpenAPI says besides what marshmallow tells it: the errors any operation may answer, and our validators."""

from typing import Any

import marshmallow as ma
from apispec import BasePlugin

_OF_A_BODY = {"400": "BAD_REQUEST", "413": "REQUEST_ENTITY_TOO_LARGE", "415": "UNSUPPORTED_MEDIA_TYPE"}


class ErrorsOfAll(BasePlugin):
    """Writes into operations what they may answer though no view says so.

    A body in JSON may be none, too long, or something else. Whoever must show a token is looked up in what may be away.
    """

    def operation_helper(self, path: str | None = None, operations: Any = None, **_: Any) -> None:
        """See apispec."""
        del path  # it is the same wherever an operation stands
        for operation in operations.values():
            answers = operation.setdefault("responses", {})
            named = {str(status) for status in answers}
            if "application/json" in operation.get("requestBody", {}).get("content", {}):
                answers.update({status: name for status, name in _OF_A_BODY.items() if status not in named})
            if "401" in named and "503" not in named:
                answers["503"] = "SERVICE_UNAVAILABLE"
            if not answers:  # OpenAPI wants one
                answers["default"] = "DEFAULT_ERROR"


def told_by_validators(converter: Any, field: ma.fields.Field[Any], ret: dict[str, Any]) -> dict[str, Any]:
    """A property's words of JSON Schema that a field or its validators carry as ``json_schema``; a mapping's names.

    For apispec's ``add_attribute_function``; ``ret`` is what it knows of the property so far.
    """
    told: dict[str, Any] = dict(getattr(field, "json_schema", {}))
    for validator in field.validators:
        told.update(getattr(validator, "json_schema", {}))
    if isinstance(field, ma.fields.Dict):
        if field.key_field is not None:
            told["propertyNames"] = converter.field2property(field.key_field)
        for word, of_text in (("minProperties", "minLength"), ("maxProperties", "maxLength")):
            if of_text in ret:
                told[word] = ret.pop(of_text)
    return told
