"""What a body must look like, entity by entity: shapes, enumerations and the rules within one row.

Field names and meanings are those of :mod:`shared.contracts.registry`; what rows must be to each other
is in :mod:`services.registry.rules`.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

import marshmallow as ma

from services.registry import calendars, fields
from services.registry.fields import Length, distinct, wrong
from shared.contracts import vocabulary

REQUIRED: dict[str, Any] = {"required": True}
OPTIONAL: dict[str, Any] = {"load_default": None, "allow_none": True}
_DAY_S = 86_400


def in_order(first: date | None, second: date | None, field: str) -> None:
    """:raises ValidationError: if the second day is not after the first, or has none before it"""
    if second is not None and (first is None or second <= first):
        raise ma.ValidationError({field: wrong("rule.not_after", day=second, before=first or "–").messages})


class OrganisationSchema(ma.Schema):
    """单位."""

    slug = fields.slug(**REQUIRED)
    uscc = fields.Uscc(**REQUIRED, metadata={"description": "统一社会信用代码, GB 32100-2015"})
    name = fields.text(**REQUIRED)
    roles = ma.fields.List(
        fields.one_of(vocabulary.ORGANISATION_ROLES),
        **REQUIRED,
        validate=[Length(1, len(vocabulary.ORGANISATION_ROLES)), distinct],
    )


class PilotSchema(ma.Schema):
    """试点项目."""

    slug = fields.slug(**REQUIRED)
    name = fields.text(**REQUIRED)
    district = fields.one_of(vocabulary.DISTRICT_CODES, **REQUIRED)
    housing_type = fields.one_of(vocabulary.HOUSING_TYPES, **REQUIRED)
    funding_source = fields.one_of(vocabulary.FUNDING_SOURCES, **REQUIRED)
    registration_code = fields.given_code(64, **OPTIONAL)
    construction_start_date = fields.Day(**OPTIONAL)
    state = fields.filled_in()
    state_from = fields.filled_in_day()
    state_reason = fields.filled_in()


class PhaseSchema(ma.Schema):
    """期."""

    pilot = fields.slug(**REQUIRED)
    number = fields.number(1, 999, **REQUIRED)
    name = fields.text(**REQUIRED)
    state = fields.filled_in()
    state_from = fields.filled_in_day()
    state_reason = fields.filled_in()


class DwellingSchema(ma.Schema):
    """住宅套, known only by a pseudonym."""

    pilot = fields.slug(**REQUIRED)
    phase = fields.number(1, 999, **REQUIRED)
    dwelling_ref = fields.dwelling_ref(**REQUIRED)
    handed_over_on = fields.Day(**OPTIONAL)
    layout = fields.slug(**OPTIONAL)


class SlotSchema(ma.Schema):
    """配置点位."""

    pilot = fields.slug(**REQUIRED)
    dwelling_ref = fields.dwelling_ref(**REQUIRED)
    code = fields.slug(**REQUIRED)
    category = fields.one_of(vocabulary.CATEGORIES, **REQUIRED)
    required = fields.Flag(load_default=True)
    installed_on = fields.Day(**OPTIONAL)
    retired_on = fields.Day(**OPTIONAL)
    state_reason = fields.filled_in()

    @ma.validates_schema
    def _dates(self, data: dict[str, Any], **_: Any) -> None:
        in_order(data["installed_on"], data["retired_on"], "retired_on")


class VenueSchema(ma.Schema):
    """场所."""

    slug = fields.slug(**REQUIRED)
    name = fields.text(**REQUIRED)
    district = fields.one_of(vocabulary.DISTRICT_CODES, **REQUIRED)
    venue_type = fields.one_of(vocabulary.VENUE_TYPES, **REQUIRED)
    funding_source = fields.one_of(vocabulary.FUNDING_SOURCES, **REQUIRED)
    venue_type_text = fields.text(**OPTIONAL)
    managing_authority = fields.text(**OPTIONAL)
    state = fields.filled_in()
    state_from = fields.filled_in_day()
    state_reason = fields.filled_in()

    @ma.validates_schema
    def _other_is_named(self, data: dict[str, Any], **_: Any) -> None:
        if data["venue_type"] == "OTHER_PUBLIC" and data["venue_type_text"] is None:
            raise ma.ValidationError({"venue_type_text": wrong("rule.venue_type_text").messages})


class HoursField(ma.fields.List[Any]):
    """One day's opening hours: ``[["09:00", "12:00"], ["13:30", "17:30"]]``."""

    def __init__(self) -> None:
        time = ma.fields.String(validate=fields.Matches(calendars.TIME_PATTERN, "rule.time"))
        super().__init__(ma.fields.List(time, validate=Length(2, 2)), validate=[Length(0, 48), self._order])

    @staticmethod
    def _order(hours: Sequence[Sequence[str]]) -> None:
        if found := calendars.hours_complaints(hours):
            raise ma.ValidationError(found)


class CalendarSchema(ma.Schema):
    """Opening hours in force from a date until the next calendar's."""

    valid_from = fields.Day(**REQUIRED)
    weekly = fields.Mapping(ma.fields.String(validate=fields.OneOf(calendars.WEEKDAYS)), HoursField(), **REQUIRED)
    closed = ma.fields.List(fields.Day(), load_default=list, validate=[Length(0, 1000), distinct])
    extra = fields.Mapping(fields.Day(), HoursField(), load_default=dict, validate=Length(0, 1000))

    @ma.validates_schema
    def _exceptions(self, data: dict[str, Any], **_: Any) -> None:
        if found := calendars.exception_complaints(data["closed"], data["extra"]):
            raise ma.ValidationError({"extra": found})


class ZoneSchema(ma.Schema):
    """VR体验区."""

    venue = fields.slug(**REQUIRED)
    code = fields.slug(**REQUIRED)
    name = fields.text(**REQUIRED)
    calendars = ma.fields.List(ma.fields.Nested(CalendarSchema), **REQUIRED, validate=Length(0, 200))

    @ma.validates_schema
    def _succession(self, data: dict[str, Any], **_: Any) -> None:
        if found := calendars.succession_complaints([calendar["valid_from"] for calendar in data["calendars"]]):
            raise ma.ValidationError({"calendars": {position: {"valid_from": why} for position, why in found.items()}})


class InstallationSchema(ma.Schema):
    """VR设施."""

    venue = fields.slug(**REQUIRED)
    zone = fields.slug(**REQUIRED)
    code = fields.slug(**REQUIRED)
    vr_device_kind = fields.one_of(vocabulary.VR_DEVICE_KINDS, **REQUIRED)
    presence_method = fields.one_of(vocabulary.PRESENCE_METHODS, **REQUIRED)
    seats = fields.number(1, 200, load_default=1)
    installed_on = fields.Day(**OPTIONAL)
    retired_on = fields.Day(**OPTIONAL)
    accepted_on = fields.filled_in_day()
    accepted_by = fields.filled_in()
    state_reason = fields.filled_in()

    @ma.validates_schema
    def _dates(self, data: dict[str, Any], **_: Any) -> None:
        in_order(data["installed_on"], data["retired_on"], "retired_on")


class DeviceSchema(ma.Schema):
    """设备."""

    vendor = fields.slug(**REQUIRED)
    device = fields.device_id(**REQUIRED)
    category = fields.one_of(vocabulary.CATEGORIES, **OPTIONAL)
    reporting_interval_s = fields.number(1, _DAY_S, **OPTIONAL)
    state = fields.filled_in()
    state_from = fields.filled_in_day()
    state_reason = fields.filled_in()


class BindingSchema(ma.Schema):
    """A device in a slot or an installation, with effective dates."""

    vendor = fields.slug(**REQUIRED)
    device = fields.device_id(**REQUIRED)
    valid_from = fields.Day(**REQUIRED)
    slot = fields.place(**OPTIONAL)
    installation = fields.place(**OPTIONAL)
    valid_to = fields.Day(**OPTIONAL)

    @ma.validates_schema
    def _one_place(self, data: dict[str, Any], **_: Any) -> None:
        if (data["slot"] is None) == (data["installation"] is None):
            raise wrong("rule.one_place")

    @ma.validates_schema
    def _dates(self, data: dict[str, Any], **_: Any) -> None:
        in_order(data["valid_from"], data["valid_to"], "valid_to")


class FeedSchema(ma.Schema):
    """An MQTT account."""

    vendor = fields.slug(**REQUIRED)
    feed = fields.slug(**REQUIRED)
    sites = ma.fields.List(fields.slug(), **REQUIRED, validate=[Length(0, 1000), distinct])
    vendor_cloud = fields.Flag(load_default=False)
    heartbeat_interval_s = fields.number(1, _DAY_S, load_default=60)
    active = fields.Flag(load_default=True)
