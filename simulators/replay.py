"""A recorded home as a city: one dwelling with a slot a sensor, or one venue with an installation a sensor.

It tests the pipeline. A motion sensor registered under an interactive category is not use: without a legal basis and
months of occupancy in it, no such city has an H7.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from simulators.city import City, Row, Speaker
from simulators.civil import day_of
from simulators.recording import Activation, sessions, uses

ORGANISATION = {
    "uscc": "91440300000000002L",
    "name": "传感记录回放(虚构)",
    "roles": ["VENDOR"],
}
FEED = "recorder"
DWELLING = "00000000000000a1"
CATEGORIES = {
    "PIR": "LIGHTING",
    "Magnetic": "SHADING",
    "Flush": "CONTROL_PANEL",
    "Pressure": "HVAC_AIR",
    "Electric": "POWER_SOCKET",
}
INTERVAL_S = 3_600
SEATS = 1


@dataclass(frozen=True, slots=True)
class Names:
    """What the recorded vendor and site are called, so that several replays can stand side by side."""

    vendor: str
    site: str
    district: str


def as_home(activations: list[Activation], end: date, names: Names) -> City:
    """One pilot with one dwelling.

    :raises ValueError: if a sensor is of a type nobody has given a category
    """
    if strange := sorted({row.sort for row in activations} - set(CATEGORIES)):
        raise ValueError(f"no category for sensors of type {', '.join(strange)}; known: {', '.join(CATEGORIES)}")
    city = _city(activations, end, names)
    since = _since(city)
    city.add(
        "pilots",
        slug=names.site,
        name="记录回放住宅(虚构)",
        district=names.district,
        housing_type="AFFORDABLE_RENTAL",
        funding_source="UNKNOWN",
    )
    city.add("phases", pilot=names.site, number=1, name="一期")
    home = {"pilot": names.site, "dwelling_ref": DWELLING}
    city.add("dwellings", **home, phase=1, handed_over_on=since)
    for sensor in _sensors(activations):
        category, code = CATEGORIES[sensor.sort], sensor.device.replace(".", "-")
        city.add("slots", **home, code=code, category=category, required=True, installed_on=since)
        _add_device(city, names, sensor.device, f"{names.site}/{DWELLING}", f"{names.site}/{DWELLING}/{code}", category)
    city.recorded.extend(_lines(names, uses(activations)))
    return city


def as_venue(activations: list[Activation], end: date, names: Names) -> City:
    """One venue with one zone that is open all day."""
    city = _city(activations, end, names)
    since = _since(city)
    city.add(
        "venues",
        slug=names.site,
        name="记录回放场所(虚构)",
        district=names.district,
        venue_type="SCIENCE_MUSEUM",
        funding_source="UNKNOWN",
    )
    weekly = {day: [["00:00", "24:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
    calendars = [{"valid_from": since, "weekly": weekly}]
    city.add("zones", venue=names.site, code="hall", name="全天开放体验区", calendars=calendars)
    for sensor in _sensors(activations):
        code = sensor.device.replace(".", "-")
        city.add(
            "installations",
            venue=names.site,
            zone="hall",
            code=code,
            vr_device_kind="HMD_STANDALONE",
            presence_method="PROXIMITY_SENSOR",
            seats=SEATS,
            installed_on=since,
        )
        place = f"{names.site}/hall/{code}"
        _add_device(city, names, sensor.device, place, place, None)
    city.recorded.extend(_lines(names, sessions(activations)))
    return city


def _city(activations: list[Activation], end: date, names: Names) -> City:
    first = day_of(min(row.start_ms for row in activations))
    city = City(seed=0, first_day=first, until=end + timedelta(days=1))
    city.add("organisations", slug=names.vendor, **ORGANISATION)
    city.add("feeds", vendor=names.vendor, feed=FEED, sites=[names.site], vendor_cloud=False)
    return city


def _since(city: City) -> str:
    return (city.first_day - timedelta(days=30)).isoformat()


def _sensors(activations: list[Activation]) -> list[Activation]:
    """One activation of each sensor, in the order in which they first appear."""
    return list({row.device: row for row in reversed(activations)}.values())[::-1]


def _add_device(city: City, names: Names, device: str, place: str, bound_to: str, category: str | None) -> None:
    named, since = {"vendor": names.vendor, "device": device}, _since(city)
    city.add("devices", **named, category=category, reporting_interval_s=INTERVAL_S)
    target = {"slot": bound_to} if category else {"installation": bound_to}
    city.add("bindings", **named, valid_from=since, **target)
    city.add("feed_bindings", **named, feed=FEED, valid_from=since)
    city.speakers.append(
        Speaker(
            vendor=names.vendor,
            device=device,
            feed=FEED,
            site=names.site,
            place=place,
            kind=category or "HMD_STANDALONE",
            interval_s=INTERVAL_S,
            first_day=city.first_day.isoformat(),
            until=city.until.isoformat(),
        )
    )


def _lines(names: Names, said: Iterable[tuple[Activation, Row]]) -> list[Row]:
    where = {"site": names.site, "vendor": names.vendor, "feed": FEED}
    return [where | {"device": row.device, "record": record} for row, record in said]
