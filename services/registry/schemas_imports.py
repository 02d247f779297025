"""What is told of imports; all of it is filled in by the registry."""

import marshmallow as ma

STATES = ("KEPT", "UNDONE")


class KeptImportSchema(ma.Schema):
    """批量导入: a file that was kept."""

    id = ma.fields.String(dump_only=True)
    kind = ma.fields.String(dump_only=True)
    file_sha256 = ma.fields.String(dump_only=True, metadata={"description": "Of the file as it was uploaded, in hex"})
    rows = ma.fields.Integer(dump_only=True)
    new = ma.fields.Integer(dump_only=True)
    changed = ma.fields.Integer(dump_only=True)
    unchanged = ma.fields.Integer(dump_only=True)
    first_sequence = ma.fields.Integer(dump_only=True, metadata={"description": "Of its changes in the log"})
    last_sequence = ma.fields.Integer(dump_only=True)
    imported_by = ma.fields.String(dump_only=True, metadata={"description": "The importer's key"})
    imported_at = ma.fields.String(dump_only=True, metadata={"format": "date-time"})
    state = ma.fields.String(dump_only=True, metadata={"enum": list(STATES)})
    state_reason = ma.fields.String(dump_only=True, allow_none=True, metadata={"description": "Why it was undone"})
    undone_first_sequence = ma.fields.Integer(dump_only=True, allow_none=True)
    undone_last_sequence = ma.fields.Integer(dump_only=True, allow_none=True)
