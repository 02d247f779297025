"""Six kinds of public places with VR, in turn: their zones and hours, and what stands in them.

Hours that change within the days, a closed day, special hours, midnight, a corner that never closes, a dome with more
heads than seats: each kind has one thing that another has not. Names of hours are data, for calendars in force.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from simulators.city import City, Row

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Zones = dict[str, tuple[str, list[Row]]]


@dataclass(frozen=True, slots=True)
class Fixture:
    """``count`` installations of one sort in a zone."""

    zone: str
    code: str
    kind: str
    presence_method: str
    seats: int
    count: int


@dataclass(frozen=True, slots=True)
class VenueKind:
    """What a venue of a type is called, how it is paid, which zones it has and what stands there."""

    venue_type: str
    name: str
    funding_source: str
    zones: Callable[[City], Zones]
    fixtures: tuple[Fixture, ...]
    venue_type_text: str | None = None


def _museum_of_science(city: City) -> Zones:
    """Closed on Mondays; the hours change within the days, and one day is closed."""
    winter_from = (city.first_day + timedelta(days=3)).isoformat()
    split = _weekly(WEEKDAYS[1:], ("09:00", "12:00"), ("13:30", "17:30"))
    winter = _weekly(WEEKDAYS[1:], ("09:30", "17:00"))
    lab = _weekly(WEEKDAYS, ("10:00", "16:00"))
    closed = [(city.until - timedelta(days=2)).isoformat()]
    return {
        "hall": ("沉浸体验厅", [_from(city, split), {"valid_from": winter_from, "weekly": winter}]),
        "lab": ("增强现实实验室", [_from(city, lab) | {"closed": closed}]),
    }


def _service_centre(city: City) -> Zones:
    """The hall is open until 24:00 on Saturdays and keeps its own hours on one day; the corner is always open."""
    hall = _weekly(WEEKDAYS[:5], ("09:00", "18:00")) | _weekly(("sat",), ("10:00", "24:00"))
    extra = {(city.first_day + timedelta(days=2)).isoformat(): [["19:00", "21:30"]]}
    return {
        "hall": ("虚拟现实党建体验厅", [_from(city, hall) | {"extra": extra}]),
        "corner": ("24小时自助体验角", [_from(city, _weekly(WEEKDAYS, ("00:00", "24:00")))]),
    }


def _safety_base(city: City) -> Zones:
    """Open every day, as the city's own base is."""
    return {"drill": ("应急演练体验区", [_from(city, _weekly(WEEKDAYS, ("09:30", "17:30")))])}


def _museum(city: City) -> Zones:
    """Closed on Mondays; open in the evening on Fridays and Saturdays."""
    weekly = _weekly(WEEKDAYS[1:], ("10:00", "18:00")) | _weekly(("fri", "sat"), ("10:00", "18:00"), ("19:00", "21:00"))
    return {"gallery": ("数字文物展厅", [_from(city, weekly)])}


def _attraction(city: City) -> Zones:
    """Long days, longer at the weekend; the square keeps shorter hours and one day off."""
    park = _weekly(WEEKDAYS[:5], ("09:00", "20:00")) | _weekly(WEEKDAYS[5:], ("08:30", "22:00"))
    closed = [(city.first_day + timedelta(days=1)).isoformat()]
    return {
        "park": ("海底漫游馆", [_from(city, park)]),
        "square": ("观景广场", [_from(city, _weekly(WEEKDAYS, ("14:00", "19:00"))) | {"closed": closed}]),
    }


def _library(city: City) -> Zones:
    """Closed on Tuesdays, shut at noon."""
    days = tuple(day for day in WEEKDAYS if day != "tue")
    return {"room": ("沉浸阅读室", [_from(city, _weekly(days, ("09:00", "12:00"), ("14:00", "20:30")))])}


def _from(city: City, weekly: dict[str, list[list[str]]]) -> Row:
    return {"valid_from": (city.first_day - timedelta(days=60)).isoformat(), "weekly": weekly}


def _weekly(days: tuple[str, ...], *spans: tuple[str, str]) -> dict[str, list[list[str]]]:
    return {day: [list(span) for span in spans] for day in days}


KINDS = (
    VenueKind(
        "SCIENCE_MUSEUM",
        "星河{}号科技馆(虚构)",
        "GOV_PURCHASED_SERVICE",
        _museum_of_science,
        (
            Fixture("hall", "hmd", "HMD_STANDALONE", "PROXIMITY_SENSOR", 1, 5),
            Fixture("hall", "dome", "CAVE_DOME", "MOTION_INFERRED", 12, 1),
            Fixture("lab", "ar", "AR_GLASSES", "RUNTIME_EVENT", 1, 2),
        ),
    ),
    VenueKind(
        "PARTY_MASS_SERVICE_CENTRE",
        "榕树{}号党群服务中心(虚构)",
        "GOV_INVESTED",
        _service_centre,
        (
            Fixture("hall", "hmd", "HMD_TETHERED", "RUNTIME_EVENT", 1, 3),
            Fixture("hall", "ride", "MOTION_PLATFORM", "TICKET_GATE", 4, 1),
            Fixture("corner", "hmd", "HMD_STANDALONE", "PROXIMITY_SENSOR", 1, 2),
        ),
    ),
    VenueKind(
        "EMERGENCY_SAFETY_EDU_BASE",
        "守望{}号应急安全教育基地(虚构)",
        "GOV_INVESTED",
        _safety_base,
        (
            Fixture("drill", "hmd", "HMD_STANDALONE", "PROXIMITY_SENSOR", 1, 6),
            Fixture("drill", "quake", "MOTION_PLATFORM", "MOTION_INFERRED", 6, 1),
        ),
    ),
    VenueKind(
        "MUSEUM",
        "海贝{}号博物馆(虚构)",
        "MIXED",
        _museum,
        (
            Fixture("gallery", "ar", "AR_GLASSES", "RUNTIME_EVENT", 1, 4),
            Fixture("gallery", "dome", "CAVE_DOME", "MOTION_INFERRED", 20, 1),
        ),
    ),
    VenueKind(
        "TOURIST_ATTRACTION",
        "蓝湾{}号旅游景区(虚构)",
        "SOCIAL_CAPITAL",
        _attraction,
        (
            Fixture("park", "ride", "MOTION_PLATFORM", "TICKET_GATE", 8, 2),
            Fixture("park", "walk", "LARGE_SPACE_VR", "MOTION_INFERRED", 10, 1),
            Fixture("square", "hmd", "HMD_STANDALONE", "PROXIMITY_SENSOR", 1, 4),
        ),
    ),
    VenueKind(
        "OTHER_PUBLIC",
        "书山{}号图书馆(虚构)",
        "GOV_INVESTED",
        _library,
        (Fixture("room", "hmd", "HMD_STANDALONE", "RUNTIME_EVENT", 1, 3),),
        venue_type_text="公共图书馆",
    ),
)
