"""Alembic's migrations of the registry's database, oldest first in ``versions``."""
