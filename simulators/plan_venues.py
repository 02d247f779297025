"""Plan the VR venues: zones with opening calendars, installations with seats, one PC (feed) a venue.

Two kinds take turns: a science museum (split and changing hours, headsets and a dome) and a community centre
(a hall that is open until midnight on Saturdays, and a corner that never closes).
"""

from dataclasses import dataclass
from datetime import timedelta

from simulators.city import City, Row, Speaker
from simulators.districts import DISTRICTS

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class _Fixture:
    """``count`` installations of one sort in a zone."""

    zone: str
    code: str
    kind: str
    presence_method: str
    seats: int
    count: int


MUSEUM = (
    _Fixture("hall", "hmd", "HMD_STANDALONE", "PROXIMITY_SENSOR", 1, 5),
    _Fixture("hall", "dome", "CAVE_DOME", "MOTION_INFERRED", 12, 1),
    _Fixture("lab", "ar", "AR_GLASSES", "RUNTIME_EVENT", 1, 2),
)
CENTRE = (
    _Fixture("hall", "hmd", "HMD_TETHERED", "RUNTIME_EVENT", 1, 3),
    _Fixture("hall", "ride", "MOTION_PLATFORM", "TICKET_GATE", 4, 1),
    _Fixture("corner", "hmd", "HMD_STANDALONE", "PROXIMITY_SENSOR", 1, 2),
)


def plan_venues(city: City, venues: int, interval_s: int, vendor: str) -> None:
    """Add the venues, their devices and one feed each to the city."""
    first_district = city.random("venues").randrange(len(DISTRICTS))
    for number in range(1, venues + 1):
        slug = f"venue-{number:02d}"
        museum = number % 2 == 1
        city.add(
            "venues",
            slug=slug,
            name=f"星河{number}号科技馆(虚构)" if museum else f"榕树{number}号党群服务中心(虚构)",
            district=DISTRICTS[(first_district + number) % len(DISTRICTS)],
            venue_type="SCIENCE_MUSEUM" if museum else "PARTY_MASS_SERVICE_CENTRE",
            funding_source="GOV_PURCHASED_SERVICE" if museum else "GOV_INVESTED",
            managing_authority="示例区政府(虚构)",
        )
        feed = f"pc-{number:02d}"
        city.add("feeds", vendor=vendor, feed=feed, sites=[slug], vendor_cloud=False)
        zones = _museum_zones(city) if museum else _centre_zones(city)
        for code, (name, calendars) in zones.items():
            city.add("zones", venue=slug, code=code, name=name, calendars=calendars)
        for fixture in MUSEUM if museum else CENTRE:
            for index in range(1, fixture.count + 1):
                _add_installation(city, slug, fixture, index, vendor, feed, interval_s)


def _museum_zones(city: City) -> dict[str, tuple[str, list[Row]]]:
    """Closed on Mondays; the hours change within the days, and one day is closed."""
    winter_from = city.first_day + timedelta(days=3)
    before = (city.first_day - timedelta(days=60)).isoformat()
    split = _weekly(WEEKDAYS[1:], ("09:00", "12:00"), ("13:30", "17:30"))
    winter = _weekly(WEEKDAYS[1:], ("09:30", "17:00"))
    lab = _weekly(WEEKDAYS, ("10:00", "16:00"))
    closed = [(city.until - timedelta(days=2)).isoformat()]
    return {
        "hall": (
            "沉浸体验厅",
            [{"valid_from": before, "weekly": split}, {"valid_from": winter_from.isoformat(), "weekly": winter}],
        ),
        "lab": ("增强现实实验室", [{"valid_from": before, "weekly": lab, "closed": closed}]),
    }


def _centre_zones(city: City) -> dict[str, tuple[str, list[Row]]]:
    """The hall is open until 24:00 on Saturdays and keeps its own hours on one day; the corner is always open."""
    before = (city.first_day - timedelta(days=60)).isoformat()
    hall = _weekly(WEEKDAYS[:5], ("09:00", "18:00")) | _weekly(("sat",), ("10:00", "24:00"))
    extra = {(city.first_day + timedelta(days=2)).isoformat(): [["19:00", "21:30"]]}
    return {
        "hall": ("虚拟现实党建体验厅", [{"valid_from": before, "weekly": hall, "extra": extra}]),
        "corner": (
            "24小时自助体验角",
            [{"valid_from": before, "weekly": _weekly(WEEKDAYS, ("00:00", "24:00"))}],
        ),
    }


def _weekly(days: tuple[str, ...], *spans: tuple[str, str]) -> dict[str, list[list[str]]]:
    return {day: [list(span) for span in spans] for day in days}


def _add_installation(
    city: City, venue: str, fixture: _Fixture, index: int, vendor: str, feed: str, interval_s: int
) -> None:
    code = f"{fixture.code}-{index}"
    place = f"{venue}/{fixture.zone}/{code}"
    device = f"YF-{venue}-{fixture.zone}-{code}"
    installed_on = (city.first_day - timedelta(days=45)).isoformat()
    city.add(
        "installations",
        venue=venue,
        zone=fixture.zone,
        code=code,
        vr_device_kind=fixture.kind,
        presence_method=fixture.presence_method,
        seats=fixture.seats,
        installed_on=installed_on,
    )
    city.add("devices", vendor=vendor, device=device, reporting_interval_s=interval_s)
    city.add("bindings", vendor=vendor, device=device, valid_from=installed_on, installation=place)
    city.speakers.append(
        Speaker(
            vendor=vendor,
            device=device,
            feed=feed,
            site=venue,
            place=place,
            kind=fixture.kind,
            interval_s=interval_s,
            first_day=city.first_day.isoformat(),
            until=city.until.isoformat(),
        )
    )
