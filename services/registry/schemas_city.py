"""What a body must look like: designs, registers, counts of visitors, closures, papers, and scenes."""

import re
from datetime import date
from typing import Any

import marshmallow as ma

from services.registry import fields
from services.registry.fields import Length, distinct, wrong
from services.registry.schemas import OPTIONAL, REQUIRED, in_order
from services.registry.schemas_evidence import Paper
from shared.contracts import vocabulary

MOST_SLOTS = 100
PERIOD_PATTERN = r"^20\d{2}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])(T([01]\d|2[0-3]))?$(?!\n)"
_MOST_DWELLINGS = 100_000
_MOST_VISITORS = 10_000_000


class _Sourced(ma.Schema):
    source = fields.text(**REQUIRED)
    source_sha256 = fields.sha256(**REQUIRED)


class LayoutSlotSchema(ma.Schema):
    """A position that a design gives every dwelling."""

    code = fields.slug(**REQUIRED)
    category = fields.one_of(vocabulary.CATEGORIES, **REQUIRED)
    required = fields.Flag(load_default=True)


def _codes_differ(slots: list[dict[str, Any]]) -> None:
    distinct([slot["code"] for slot in slots])


class LayoutSchema(ma.Schema):
    """户型, a design and the positions it asks for."""

    pilot = fields.slug(**REQUIRED)
    code = fields.slug(**REQUIRED)
    name = fields.text(**REQUIRED)
    slots = ma.fields.List(
        ma.fields.Nested(LayoutSlotSchema), **REQUIRED, validate=[Length(1, MOST_SLOTS), _codes_differ]
    )
    design_version = ma.fields.Integer(
        dump_only=True, metadata={"description": "Filled in by the registry: one more with every change of the slots"}
    )


class StartedProjectSchema(_Sourced):
    """新开工保障性住房项目, every one of the city."""

    code = fields.slug(**REQUIRED)
    name = fields.text(**REQUIRED)
    district = fields.one_of(vocabulary.DISTRICT_CODES, **REQUIRED)
    dwellings = fields.number(1, _MOST_DWELLINGS, **REQUIRED)
    permit_on = fields.Day(**OPTIONAL)
    started_on = fields.Day(**OPTIONAL)
    pilot = fields.slug(**OPTIONAL)

    @ma.validates_schema
    def _one_day_is_known(self, data: dict[str, Any], **_: Any) -> None:
        if data["permit_on"] is None and data["started_on"] is None:
            raise ma.ValidationError({"started_on": wrong("rule.permit_or_start").messages})


class VenueEntrySchema(ma.Schema):
    """场所名录, with VR or without."""

    code = fields.slug(**REQUIRED)
    name = fields.text(**REQUIRED)
    district = fields.one_of(vocabulary.DISTRICT_CODES, **REQUIRED)
    venue_type = fields.one_of(vocabulary.VENUE_TYPES, **REQUIRED)
    source = fields.text(**REQUIRED)
    source_on = fields.Day(**REQUIRED)
    venue = fields.slug(**OPTIONAL)


class Period(ma.fields.String):
    """A civil day, ``2026-11-22``, or an hour of one, ``2026-11-22T09``."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(validate=fields.Matches(PERIOD_PATTERN, "rule.period"), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = str(super()._deserialize(value, attr, data, **kwargs))
        if re.match(PERIOD_PATTERN, text):
            try:
                date.fromisoformat(text[:10])
            except ValueError as error:  # the 31st of a short month
                raise wrong("rule.period") from error
        return text


class VenueCountSchema(_Sourced):
    """场所人次."""

    venue = fields.slug(**REQUIRED)
    zone = fields.slug(**REQUIRED)
    period = Period(**REQUIRED)
    method = fields.one_of(vocabulary.COUNT_METHODS, **REQUIRED)
    count = fields.number(0, _MOST_VISITORS, **REQUIRED)


class ClosureSchema(_Sourced):
    """全市停业, of all calendars at once."""

    code = fields.slug(**REQUIRED)
    name = fields.text(**REQUIRED)
    kind = fields.one_of(vocabulary.CLOSURE_KINDS, **REQUIRED)
    valid_from = fields.Day(**REQUIRED)
    valid_to = fields.Day(**REQUIRED)
    districts = ma.fields.List(
        fields.one_of(vocabulary.DISTRICT_CODES),
        load_default=list,
        validate=[Length(0, len(vocabulary.DISTRICT_CODES)), distinct],
    )
    cancelled = fields.Flag(load_default=False)

    @ma.validates_schema
    def _dates(self, data: dict[str, Any], **_: Any) -> None:
        in_order(data["valid_from"], data["valid_to"], "valid_to")


class StandardReferenceSchema(Paper):
    """标准依据."""

    pilot = fields.slug(**REQUIRED)
    standard = fields.text(**REQUIRED)
    issued_on = fields.Day(**REQUIRED)
    edition = fields.text(100, **OPTIONAL)
    level = fields.text(100, **OPTIONAL)
    dwellings = fields.number(1, _MOST_DWELLINGS, **OPTIONAL)


class FundingSchema(Paper):
    """资金来源, of a pilot or a venue."""

    site = fields.slug(**REQUIRED)
    funding_source = fields.one_of(vocabulary.FUNDING_SOURCES, **REQUIRED)
    issued_on = fields.Day(**REQUIRED)


class SceneSchema(ma.Schema):
    """行业场景."""

    slug = fields.slug(**REQUIRED)
    name = fields.text(**REQUIRED)
    district = fields.one_of(vocabulary.DISTRICT_CODES, **REQUIRED)
    scene_type = fields.one_of(vocabulary.SCENE_TYPES, **REQUIRED)
    funding_source = fields.one_of(vocabulary.FUNDING_SOURCES, **REQUIRED)
    scene_type_text = fields.text(**OPTIONAL)
    organisation = fields.slug(**OPTIONAL)
    state = fields.filled_in()
    state_from = fields.filled_in_day()
    state_reason = fields.filled_in()

    @ma.validates_schema
    def _other_is_named(self, data: dict[str, Any], **_: Any) -> None:
        if data["scene_type"] == "OTHER" and data["scene_type_text"] is None:
            raise ma.ValidationError({"scene_type_text": wrong("rule.other_text").messages})
