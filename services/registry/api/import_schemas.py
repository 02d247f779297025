"""What imports are asked, and what they answer."""

import marshmallow as ma

from services.registry import fields
from shared.contracts.problems import Problem


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

    job = ma.fields.Boolean(
        load_default=False,
        metadata={"description": "Do not wait: 202, and a job to ask how far it is"},
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
    import_id = ma.fields.String(
        required=True,
        allow_none=True,
        data_key="import",
        metadata={"description": "The id of the import, by which it can be undone; null if nothing was changed"},
    )
    faults = ma.fields.List(ma.fields.Nested(ImportFaultSchema), required=True)


class ImportJobSchema(ma.Schema):
    """A file that somebody need not wait for."""

    id = ma.fields.String(required=True)
    kind = ma.fields.String(required=True)
    state = ma.fields.String(
        required=True, validate=ma.validate.OneOf(["QUEUED", "CHECKING", "KEEPING", "DONE", "FAILED"])
    )
    rows_done = ma.fields.Integer(required=True, metadata={"description": "Rows entered by all rules, of all rows"})
    rows = ma.fields.Integer(required=True, metadata={"description": "0 until the file has been read"})
    report = ma.fields.Nested(ImportSchema, required=True, allow_none=True, metadata={"description": "When DONE"})
    problem = ma.fields.Nested(Problem, required=True, allow_none=True, metadata={"description": "When FAILED"})


class UndoSchema(ma.Schema):
    """Why an import is taken back."""

    reason = fields.text(required=True)
