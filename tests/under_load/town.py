"""A vendor with a home site and a VR venue, with as many devices as a load needs, registered through the API."""

from datetime import date, timedelta
from typing import Any, NamedTuple

from deploy.demo.api import Api
from deploy.demo.registering import register
from tests.system.small_city import small_city

HOME_FEED, VENUE_FEED = "home", "venue"
_CATEGORIES = ("LIGHTING", "ACCESS_LOCK", "LIFE_SAFETY")


class Town(NamedTuple):
    """A registered vendor; passwords by MQTT user name."""

    vendor: str
    home: str
    venue: str
    passwords: dict[str, str]


def settle(api: Api, registry_url: str, vendor: str, devices: dict[str, int], today: date) -> Town:
    """Register a vendor, its sites, its feeds and ``devices`` (how many, by feed), named as the load names them."""
    bodies = town_bodies(vendor, devices, (today - timedelta(days=30)).isoformat())
    passwords = register(api, registry_url, bodies, lambda _: None)
    return Town(vendor, f"{vendor}-home", f"{vendor}-venue", passwords)


def town_bodies(vendor: str, devices: dict[str, int], since: str) -> dict[str, Any]:
    """What to register, by collection."""
    bodies = small_city(vendor, since)
    bodies["devices"] += [
        {"vendor": vendor, "device": device_name(feed, number)} | _category(feed, number)
        for feed, count in devices.items()
        for number in range(count)
    ]
    bodies["feeds"] = [
        {"vendor": vendor, "feed": HOME_FEED, "sites": [f"{vendor}-home"]},
        {"vendor": vendor, "feed": VENUE_FEED, "sites": [f"{vendor}-venue"]},
    ]
    return bodies


def device_name(feed: str, number: int) -> str:
    """The name by which ``simulators load`` sends for a feed's device."""
    return f"{feed}.{number:05d}"


def _category(feed: str, number: int) -> dict[str, str]:
    return {"category": _CATEGORIES[number % len(_CATEGORIES)]} if feed == HOME_FEED else {}
