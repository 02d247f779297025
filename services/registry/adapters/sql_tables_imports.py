"""The table of imports."""

import sqlalchemy as sa

from services.registry.adapters.sql_columns import entity, number, text

TABLES_OF_IMPORTS = {
    "import": entity(
        "import",
        text("kind"),
        text("file_sha256"),
        *(number(name) for name in ("rows", "new", "changed", "unchanged")),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("first_sequence", "last_sequence")),
        text("imported_by", index=True),
        text("imported_at"),
        text("state"),
        text("state_reason", nullable=True),
        *(sa.Column(name, sa.BigInteger) for name in ("undone_first_sequence", "undone_last_sequence")),
    ),
}
