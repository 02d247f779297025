"""What a template is: its columns, the collection that its rows are of, and what a row of it does."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import marshmallow as ma

from services.registry.collection import Collection, Entity
from services.registry.importing import cells
from services.registry.importing.cells import Cell, Value

Names = Mapping[str, str]
Patch = Callable[[Entity, Mapping[str, Value]], Mapping[str, Any]]
_NOTHING: Mapping[str, Any] = MappingProxyType({})


class Column(NamedTuple):
    """One column of a template. ``names`` are the words of an enumeration, with their Chinese names."""

    zh: str
    en: str
    field: str
    example: str
    hint: str = "rule.slug"
    read: Callable[[Cell], Value] = cells.text
    names: Names = _NOTHING
    opaque: bool = False  # a pseudonym: what has the form of a room number is one


class Kind(NamedTuple):
    """One template.

    ``amends``: it changes these fields of what is registered, and registers nothing. ``left_out``: what the fields are
    that have no column. Where a row does not say fields of its collection: ``schema`` is what it is like, ``once`` the
    fields by which two rows are the same, and ``patch`` what it changes of the entity as it stands.
    """

    name: str
    zh: str
    collection: Collection
    columns: tuple[Column, ...]
    amends: tuple[str, ...] = ()
    left_out: Mapping[str, Any] = _NOTHING
    schema: type[ma.Schema] | None = None
    once: tuple[str, ...] = ()
    patch: Patch | None = None

    @property
    def writers(self) -> tuple[str, ...]:
        """Who may import: who may do the same row by row."""
        access = self.collection.access
        return (self.amends and access.amenders) or access.writers

    @property
    def word(self) -> str:
        """Its name in the names of operations."""
        return self.name.replace("-", "_")

    @property
    def row_schema(self) -> ma.Schema:
        """What a row is like; of an amendment each field by itself, since what results is checked as a whole."""
        if self.schema:
            return self.schema()
        whole = self.collection.schema()
        names = [column.field for column in self.columns]
        if self.amends:
            return ma.Schema.from_dict({name: whole.declared_fields[name] for name in names})()
        return self.collection.schema(only=(*names, *self.left_out))

    @property
    def must_say(self) -> tuple[str, ...]:
        """The fields that an amendment is about, and a row cannot leave open."""
        return () if self.patch else self.amends

    @property
    def required(self) -> frozenset[str]:
        """The fields without which a row is not accepted."""
        fields = self.row_schema.fields
        needed = {column.field for column in self.columns if fields[column.field].required}
        return frozenset(needed) | set(self.must_say)

    def column(self, field: str) -> Column | None:
        """The column that fills a field."""
        return next((column for column in self.columns if column.field == field), None)


def day(zh: str, en: str, field: str, example: str) -> Column:
    """A column of civil days."""
    return Column(zh, en, field, example, "rule.sheet_day", cells.day)


def word(zh: str, en: str, field: str, example: str, names: Names) -> Column:
    """A column of words of an enumeration."""
    return Column(zh, en, field, example, "rule.one_of", cells.words(names), names)


def flag(zh: str, en: str, field: str, example: str) -> Column:
    """A column of yes and no."""
    return Column(zh, en, field, example, "rule.sheet_flag", cells.flag)


def number(zh: str, en: str, field: str, example: str) -> Column:
    """A column of whole numbers."""
    return Column(zh, en, field, example, "rule.sheet_number", cells.whole)


def name(zh: str, en: str, field: str, example: str) -> Column:
    """A column of what people read."""
    return Column(zh, en, field, example, "rule.sheet_name")
