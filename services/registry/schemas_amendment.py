"""What an amendment looks like."""

import marshmallow as ma

from services.registry import fields
from services.registry.schemas import OPTIONAL


class FieldChangeSchema(ma.Schema):
    """One field, as it was and as it is to be."""

    field = ma.fields.String(required=True)
    before = ma.fields.Raw(required=True, allow_none=True)
    after = ma.fields.Raw(required=True, allow_none=True)


class AmendmentSchema(ma.Schema):
    """修改申请: an edit of something approved, until and after another person decides."""

    entity = ma.fields.String(required=True)
    of = ma.fields.String(required=True, metadata={"description": "The id of what is amended"})
    number = ma.fields.Integer(required=True)
    changes = ma.fields.List(ma.fields.Nested(FieldChangeSchema), required=True)
    reason = fields.text(500, required=True)
    effective_from = fields.Day(**OPTIONAL)
    proposed_by = fields.filled_in()
    district = fields.filled_in()
    state = fields.filled_in()
    decided_by = fields.filled_in()
    decision_reason = fields.filled_in()
    made_version = ma.fields.Integer(dump_only=True, allow_none=True)
