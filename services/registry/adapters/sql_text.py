"""Text that means the same on every database: by code point, without U+0000."""

from typing import Any

import sqlalchemy as sa


class Unstorable(ValueError):
    """A text with U+0000, which PostgreSQL does not have and SQLite cuts short in places."""


class PlainText(sa.TypeDecorator[str]):
    """Compared and sorted by code point, whatever the language of the database."""

    impl = sa.Text
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> sa.types.TypeEngine[Any]:
        """SQLite compares so by itself."""
        return sa.Text(collation="C") if dialect.name == "postgresql" else sa.Text()

    def process_bind_param(self, value: str | None, _dialect: sa.Dialect) -> str | None:
        """:raises Unstorable: if there is U+0000 in it"""
        if value is not None and "\0" in value:
            raise Unstorable("U+0000")
        return value
