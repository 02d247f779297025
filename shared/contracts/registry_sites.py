"""What the registry publishes of sites: pilots and their dwellings, venues and their installations."""

from datetime import date

import msgspec


class Pilot(msgspec.Struct, frozen=True):
    """试点项目, a housing site. Id: ``slug``, unique in the city, venues included; district fixed for life.

    ``state`` is one of ``contracts.vocabulary.PILOT_STATES``, since the civil day ``state_from``.
    """

    slug: str
    name: str
    district: str
    housing_type: str
    funding_source: str
    registration_code: str | None = None
    construction_start_date: date | None = None
    state: str = "DRAFT"
    state_from: date | None = None
    state_reason: str | None = None


class Phase(msgspec.Struct, frozen=True):
    """期. Id: ``{pilot}/{number}``. ``state``: PLANNED, or one of ``contracts.vocabulary.PHASE_STATES``."""

    pilot: str
    number: int
    name: str
    state: str = "PLANNED"
    state_from: date | None = None
    state_reason: str | None = None


class Dwelling(msgspec.Struct, frozen=True):
    """住宅套, known only by a pseudonym. Id: ``{pilot}/{dwelling_ref}``; ``layout``: the code of one of the pilot."""

    pilot: str
    phase: int
    dwelling_ref: str
    handed_over_on: date | None = None
    layout: str | None = None


class Slot(msgspec.Struct, frozen=True):
    """配置点位, a position the design requires. Id: ``{pilot}/{dwelling_ref}/{code}``."""

    pilot: str
    dwelling_ref: str
    code: str
    category: str
    required: bool = True
    installed_on: date | None = None
    retired_on: date | None = None
    state_reason: str | None = None


class Venue(msgspec.Struct, frozen=True):
    """场所. Id: ``slug``; ``venue_type_text`` is mandatory with OTHER_PUBLIC.

    ``state`` is one of ``contracts.vocabulary.VENUE_STATES``.
    """

    slug: str
    name: str
    district: str
    venue_type: str
    funding_source: str
    venue_type_text: str | None = None
    managing_authority: str | None = None
    state: str = "DRAFT"
    state_from: date | None = None
    state_reason: str | None = None


class Calendar(msgspec.Struct, frozen=True):
    """Opening hours in force from a date until the next calendar's.

    ``weekly`` maps ``mon`` … ``sun`` to ``[["09:00", "17:30"], …]`` (half-open, ``24:00`` allowed); a weekday left
    out is closed; ``closed`` lists single closed dates, ``extra`` maps single dates to their own hours.
    """

    valid_from: date
    weekly: dict[str, list[tuple[str, str]]]
    closed: list[date] = []
    extra: dict[date, list[tuple[str, str]]] = {}


class Zone(msgspec.Struct, frozen=True):
    """VR体验区. Id: ``{venue}/{code}``. The calendar hangs on the zone, not on the building."""

    venue: str
    code: str
    name: str
    calendars: list[Calendar]


class Installation(msgspec.Struct, frozen=True):
    """VR设施. Id: ``{venue}/{zone}/{code}``. ``accepted_by`` is whose acceptance put it into service."""

    venue: str
    zone: str
    code: str
    vr_device_kind: str
    presence_method: str
    seats: int = 1
    installed_on: date | None = None
    retired_on: date | None = None
    accepted_on: date | None = None
    accepted_by: str | None = None
    state_reason: str | None = None
