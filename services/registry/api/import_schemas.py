"""What imports are asked, and what they answer."""

import marshmallow as ma


class TemplateQuery(ma.Schema):
    """Which form a template has."""

    format = ma.fields.String(load_default="xlsx", validate=ma.validate.OneOf(["xlsx", "csv"], error="rule.format"))


class ImportQuery(ma.Schema):
    """Whether anything is to be kept, and what becomes of the good rows where others are refused."""

    dry_run = ma.fields.Boolean(load_default=True, metadata={"description": "Check only; nothing is kept"})
    some = ma.fields.Boolean(  # a schema has a setting called partial
        load_default=False,
        data_key="partial",
        metadata={"description": "Keep the good rows, though others are refused"},
    )


class ImportFaultSchema(ma.Schema):
    """One thing wrong in one cell."""

    row = ma.fields.Integer(required=True, metadata={"description": "As the spreadsheet shows it; headings are row 1"})
    column = ma.fields.String(required=True, metadata={"description": "The heading; empty if it is of the whole row"})
    value = ma.fields.String(required=True)
    detail = ma.fields.String(required=True, metadata={"description": "What is wrong and what would be right"})
    reason = ma.fields.String(required=True, metadata={"description": "A problem type without its prefix"})


class ImportSchema(ma.Schema):
    """What became of a file. If it was not kept, the numbers say what would have become of it."""

    kind = ma.fields.String(required=True)
    outcome = ma.fields.String(required=True, validate=ma.validate.OneOf(["CHECKED", "KEPT", "REFUSED"]))
    rows = ma.fields.Integer(required=True)
    new = ma.fields.Integer(required=True)
    unchanged = ma.fields.Integer(required=True)
    changed = ma.fields.Integer(required=True)
    refused = ma.fields.Integer(required=True)
    faults = ma.fields.List(ma.fields.Nested(ImportFaultSchema), required=True)
