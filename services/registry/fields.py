"""Fields and validators of the registry's schemas: strict types, messages from the catalogue, limits in the OpenAPI.

apispec reads ``choices``, ``min``/``max`` (with ``equal``: a length) and ``regex`` off a validator; whatever else a
field or a validator has to say to the OpenAPI is its ``json_schema`` (:mod:`shared.runtime.openapi`).
"""

import re
import unicodedata
from collections.abc import Iterable, Sized
from datetime import date
from typing import Any, ClassVar

import marshmallow as ma
from stdnum.cn import uscc as gb32100

from services.registry.personal import impersonal
from services.registry.refusal import Complaint
from shared.contracts.telemetry import DEVICE_PATTERN, SLUG_PATTERN

EARLIEST = date(2000, 1, 1)
LATEST = date(2099, 12, 31)
_FILLED_IN = "Filled in by the registry"
_CONTROLS = r"\x00-\x1f\x7f-\x9f"
DWELLING_REF_PATTERN = r"^[A-Za-z0-9_-]{8,64}$(?!\n)"
# A slot's or an installation's id: the site's slug first. What is behind the pattern must exist anyway.
PLACE_PATTERN = r"^[a-z0-9][a-z0-9-]{0,62}/[A-Za-z0-9_-]{1,64}/[a-z0-9][a-z0-9-]{0,62}$(?!\n)"


def wrong(message: str, **params: Any) -> ma.ValidationError:
    """A ValidationError that carries a key of the message catalogue and what fills its places."""
    return ma.ValidationError([Complaint(message, params)])  # marshmallow passes any leaf through


class OneOf:
    """The value is one of an enumeration."""

    def __init__(self, choices: Iterable[str]) -> None:
        self.choices = tuple(choices)

    def __call__(self, value: str) -> None:
        """:raises ValidationError: if it is not"""
        if value not in self.choices:
            raise wrong("rule.one_of", choices=", ".join(self.choices))


class Matches:
    """The value matches a pattern; ``message`` says in words what is expected."""

    def __init__(self, pattern: str, message: str) -> None:
        self.regex = re.compile(pattern)
        self._message = message

    def __call__(self, value: str) -> None:
        """:raises ValidationError: if it does not"""
        if not self.regex.match(value):
            raise wrong(self._message)


class Between:
    """A number within limits, both included."""

    def __init__(self, least: int, most: int) -> None:
        self.min, self.max = least, most

    def __call__(self, value: int) -> None:
        """:raises ValidationError: if it is outside"""
        if not self.min <= value <= self.max:
            raise wrong("rule.between", least=self.min, most=self.max)


class Length:
    """So many characters or items, both limits included."""

    equal = None

    def __init__(self, least: int, most: int) -> None:
        self.min, self.max = least, most

    def __call__(self, value: Sized) -> None:
        """:raises ValidationError: if there are fewer or more"""
        if not self.min <= len(value) <= self.max:
            raise wrong("rule.length", least=self.min, most=self.max)


class Distinct:
    """No value stands there twice."""

    json_schema: ClassVar = {"uniqueItems": True}

    def __call__(self, values: list[Any]) -> None:
        """:raises ValidationError: if one does"""
        if len(set(values)) != len(values):
            raise wrong("rule.distinct")


class Printable:
    """There is no control character, and no blank at either end."""

    json_schema: ClassVar = {"pattern": rf"^[^\s{_CONTROLS}](?:[^{_CONTROLS}]*[^\s{_CONTROLS}])?$(?!\n)"}

    def __call__(self, value: str) -> None:
        """:raises ValidationError: if there is"""
        if value != value.strip() or any(unicodedata.category(character) in ("Cc", "Cs") for character in value):
            raise wrong("rule.printable")


distinct, printable = Distinct(), Printable()


class Day(ma.fields.Date):
    """A civil day, ``2026-11-22`` and no other form, from 2000 to 2099."""

    json_schema: ClassVar = {"pattern": r"^20[0-9]{2}-[0-9]{2}-[0-9]{2}$(?!\n)"}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> date:
        if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, re.ASCII):
            raise self.make_error("invalid", input=value, obj_type="date")
        day: date = super()._deserialize(value, attr, data, **kwargs)
        if not EARLIEST <= day <= LATEST:
            raise wrong("rule.day_range", earliest=EARLIEST, latest=LATEST)
        return day


class Flag(ma.fields.Boolean):
    """true or false; not 1, not "yes"."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return bool(super()._deserialize(value, attr, data, **kwargs))


class Whole(ma.fields.Integer):
    """A whole number, which JSON may also write 1.0; not "1", not true."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(strict=True, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        whole = int(value) if isinstance(value, float) and value.is_integer() else value
        number: int = super()._deserialize(whole, attr, data, **kwargs)
        return number


class Mapping(ma.fields.Dict):
    """A mapping whose faults stand under its keys, where marshmallow puts ``key`` or ``value`` in between."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        try:
            return super()._deserialize(value, attr, data, **kwargs)  # type: ignore[no-untyped-call]
        except ma.ValidationError as error:
            if isinstance(error.messages, list):  # it is no mapping at all
                raise
            raise ma.ValidationError({name: list(of.values()) for name, of in error.messages.items()}) from error


class Uscc(ma.fields.String):
    """统一社会信用代码 (GB 32100-2015), with its check character; blanks, dashes and lower case are put right."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if not gb32100.is_valid(text):
            raise wrong("detail.bad_uscc", value=text[:40])
        return str(gb32100.compact(text))


def slug(**kwargs: Any) -> ma.fields.String:
    """A field for the words of topics and tags."""
    return ma.fields.String(validate=Matches(SLUG_PATTERN, "rule.slug"), **kwargs)


def device_id(**kwargs: Any) -> ma.fields.String:
    """A field for a device's id within its vendor."""
    return ma.fields.String(validate=Matches(DEVICE_PATTERN, "rule.device"), **kwargs)


def dwelling_ref(**kwargs: Any) -> ma.fields.String:
    """A field for a dwelling's opaque pseudonym; never a room number."""
    return ma.fields.String(validate=Matches(DWELLING_REF_PATTERN, "rule.dwelling_ref"), **kwargs)


def place(**kwargs: Any) -> ma.fields.String:
    """A field for the id of a slot or an installation."""
    return ma.fields.String(validate=Matches(PLACE_PATTERN, "rule.place"), **kwargs)


def text(most: int = 200, **kwargs: Any) -> ma.fields.String:
    """A field for a name or a reason that people write, without anybody's numbers."""
    return ma.fields.String(validate=[Length(1, most), printable, impersonal], **kwargs)


def given_code(most: int, **kwargs: Any) -> ma.fields.String:
    """A field for the number or code that an authority has given something."""
    return ma.fields.String(validate=[Length(1, most), printable], **kwargs)


def purpose(**kwargs: Any) -> ma.fields.String:
    """A field for why something is read."""
    return ma.fields.String(validate=[Length(4, 200), printable, impersonal], **kwargs)


def one_of(choices: Iterable[str], **kwargs: Any) -> ma.fields.String:
    """A field for a word of an enumeration."""
    return ma.fields.String(validate=OneOf(choices), **kwargs)


def sha256(**kwargs: Any) -> ma.fields.String:
    """A field for the SHA-256 of a document, in lower-case hex."""
    return ma.fields.String(validate=Matches(r"^[0-9a-f]{64}$(?!\n)", "rule.digest"), **kwargs)


def epoch_ms(**kwargs: Any) -> Whole:
    """A field for a moment, epoch milliseconds of 2000 to 2099."""
    return Whole(validate=Between(946_684_800_000, 4_102_444_799_999), **kwargs)


def number(least: int, most: int, **kwargs: Any) -> Whole:
    """A field for a whole number within limits."""
    return Whole(validate=Between(least, most), **kwargs)


def filled_in() -> ma.fields.String:
    """A field that the registry fills in: it shows in answers; a body with it is refused."""
    return ma.fields.String(dump_only=True, allow_none=True, metadata={"description": _FILLED_IN})


def filled_in_day() -> ma.fields.Date:
    """A civil day that the registry fills in."""
    return ma.fields.Date(dump_only=True, allow_none=True, metadata={"description": _FILLED_IN})
