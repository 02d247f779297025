"""What the registry publishes of the whole city: designs, registers, counts of visitors, closures, scenes, and papers.

The rows of the change feed; :mod:`shared.contracts.registry` has the others, and the feed itself. ``source`` is the
title of the document that something was taken from, ``source_sha256`` the document's SHA-256 in hex.
"""

from datetime import date
from typing import Literal

import msgspec

EntityOfTheCity = Literal[
    "layout",
    "started_project",
    "venue_entry",
    "venue_count",
    "closure",
    "standard_reference",
    "funding",
    "scene",
]


class LayoutSlot(msgspec.Struct, frozen=True):
    """A position that a design gives every dwelling of its layout."""

    code: str
    category: str
    required: bool = True


class Layout(msgspec.Struct, frozen=True):
    """户型, the design of dwellings that are alike. Id: ``{pilot}/{code}``. Other slots are another design version."""

    pilot: str
    code: str
    name: str
    slots: list[LayoutSlot]
    design_version: int = 1


class StartedProject(msgspec.Struct, frozen=True):
    """新开工保障性住房项目, whether a pilot or not: the denominator of the pilots. Id: ``code``.

    ``dwellings`` in 套; at least one of the two days is known.
    """

    code: str
    name: str
    district: str
    dwellings: int
    source: str
    source_sha256: str
    permit_on: date | None = None
    started_on: date | None = None
    pilot: str | None = None


class VenueEntry(msgspec.Struct, frozen=True):
    """场所名录: a place of the kinds the policy names, with VR or without. Id: ``code``.

    ``source_on`` is the day of which the source tells.
    """

    code: str
    name: str
    district: str
    venue_type: str
    source: str
    source_on: date
    venue: str | None = None


class VenueCount(msgspec.Struct, frozen=True):
    """场所人次 of a zone in a day (``2026-11-22``) or an hour of it (``2026-11-22T09``), Asia/Shanghai.

    Id: ``{venue}/{zone}/{period}/{method}``.
    """

    venue: str
    zone: str
    period: str
    method: str
    count: int
    source: str
    source_sha256: str


class Closure(msgspec.Struct, frozen=True):
    """全市停业: all calendars are closed in these districts, in all of them if none is named. Id: ``code``.

    One that is cancelled closes nothing.
    """

    code: str
    name: str
    kind: str
    valid_from: date
    valid_to: date
    source: str
    source_sha256: str
    districts: list[str] = []
    cancelled: bool = False


class StandardReference(msgspec.Struct, frozen=True):
    """标准依据: the standard a pilot is built to, as a paper of it says. Id: ``{pilot}/{code}``.

    ``edition`` and ``level`` stay empty while nobody has read them in the standard; ``dwellings``: how many 套 it
    covers. It counts once another person verified it.
    """

    pilot: str
    code: str
    standard: str
    document_no: str
    title: str
    issued_on: date
    sha256: str
    recorded_by: str
    edition: str | None = None
    level: str | None = None
    dwellings: int | None = None
    verified_by: str | None = None


class Funding(msgspec.Struct, frozen=True):
    """资金来源, as a paper of a pilot or a venue says. Id: ``{site}/{code}``.

    Of those that another person verified the one issued last counts, before what the pilot or venue itself says.
    """

    site: str
    code: str
    funding_source: str
    document_no: str
    title: str
    issued_on: date
    sha256: str
    recorded_by: str
    verified_by: str | None = None


class Scene(msgspec.Struct, frozen=True):
    """行业场景 (clause 12), apart from public venues. Id: ``slug``, a word of its own; district fixed for life.

    ``scene_type_text`` is mandatory with OTHER; ``organisation`` runs it. ``state``: PLANNED, IN_OPERATION or CLOSED.
    """

    slug: str
    name: str
    district: str
    scene_type: str
    funding_source: str
    scene_type_text: str | None = None
    organisation: str | None = None
    state: str = "PLANNED"
    state_from: date | None = None
    state_reason: str | None = None


ENTITIES_OF_THE_CITY: dict[str, type[msgspec.Struct]] = {
    "layout": Layout,
    "started_project": StartedProject,
    "venue_entry": VenueEntry,
    "venue_count": VenueCount,
    "closure": Closure,
    "standard_reference": StandardReference,
    "funding": Funding,
    "scene": Scene,
}
