"""The tables of people's accounts, and of what opens them."""

import sqlalchemy as sa

from services.registry.adapters.sql_columns import METADATA, day, entity, json, of, text

TABLES_OF_PEOPLE = {
    "person": entity(
        "person",
        *(text(name) for name in ("login", "post", "role")),
        *(json(name) for name in ("districts", "vendors")),
        *(text(name, nullable=True, index=True) for name in ("oidc_subject", "handed_over_to")),
        text("state"),
        day("state_from"),
        text("state_reason", nullable=True),
    ),
}
PERSON_SIGN_IN = sa.Table(
    "person_sign_in",
    METADATA,
    text("login", of("person"), primary_key=True),
    *(text(name, nullable=True) for name in ("password_hash", "code_sha256")),
    sa.Column("code_until_ms", sa.BigInteger),
)
