"""Plan the VR venues: zones with opening calendars, installations with seats, and who carries what they say.

The first four have a PC (feed) each; those after them share the cloud of another vendor.
"""

from datetime import timedelta

from simulators.city import City, Speaker
from simulators.districts import DISTRICTS
from simulators.venue_kinds import KINDS, Fixture, VenueKind

WITH_PC = 4


def plan_venues(city: City, venues: int, interval_s: int, pc_vendor: str, cloud_vendor: str) -> None:
    """Add the venues, their devices and feeds to the city; the cloud's only if there are venues for it."""
    first_district = city.random("venues").randrange(len(DISTRICTS))
    in_cloud = []
    for number in range(1, venues + 1):
        kind, slug = KINDS[(number - 1) % len(KINDS)], f"venue-{number:02d}"
        _add_venue(city, slug, kind, number, DISTRICTS[(first_district + number) % len(DISTRICTS)])
        vendor, feed = (pc_vendor, f"pc-{number:02d}") if number <= WITH_PC else (cloud_vendor, "cloud")
        if number <= WITH_PC:
            city.add("feeds", vendor=vendor, feed=feed, sites=[slug], vendor_cloud=False)
        else:
            in_cloud.append(slug)
        for fixture in kind.fixtures:
            for index in range(1, fixture.count + 1):
                _add_installation(city, slug, fixture, index, vendor, feed, interval_s)
    if in_cloud:
        city.add("feeds", vendor=cloud_vendor, feed="cloud", sites=in_cloud, vendor_cloud=True)


def _add_venue(city: City, slug: str, kind: VenueKind, number: int, district: str) -> None:
    city.add(
        "venues",
        slug=slug,
        name=kind.name.format(number),
        district=district,
        venue_type=kind.venue_type,
        funding_source=kind.funding_source,
        venue_type_text=kind.venue_type_text,
        managing_authority="示例区政府(虚构)",
    )
    for code, (name, calendars) in kind.zones(city).items():
        city.add("zones", venue=slug, code=code, name=name, calendars=calendars)


def _add_installation(
    city: City, venue: str, fixture: Fixture, index: int, vendor: str, feed: str, interval_s: int
) -> None:
    code = f"{fixture.code}-{index}"
    place = f"{venue}/{fixture.zone}/{code}"
    device = f"{vendor[0].upper()}F-{venue}-{fixture.zone}-{code}"
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
    city.add("feed_bindings", vendor=vendor, device=device, feed=feed, valid_from=installed_on)
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
