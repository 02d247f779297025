"""Register a planned city through the registry's API, as districts and vendors would."""

from collections.abc import Callable
from typing import Any

from deploy.demo.api import Api

# Parents before children: a reference must exist.
COLLECTIONS = (
    "organisations",
    "pilots",
    "phases",
    "dwellings",
    "slots",
    "venues",
    "zones",
    "installations",
    "devices",
    "bindings",
)
_PAGE = 1_000


def register(api: Api, registry_url: str, city: dict[str, Any], say: Callable[[str], None]) -> dict[str, str]:
    """Register all of a city but its late devices.

    :returns: the passwords of the feeds' MQTT accounts by user name; the registry shows each only once
    """
    for name in COLLECTIONS:
        _post_all(api, f"{registry_url}/v1/{name}", city[name])
        say(f"{name}: {len(city[name])}")
    passwords = {}
    for feed in city["feeds"]:
        made = api.post(f"{registry_url}/v1/feeds", feed)
        passwords[made["username"]] = made["password"]
    say(f"feeds: {len(passwords)}")
    return passwords


def register_late(api: Api, registry_url: str, city: dict[str, Any]) -> None:
    """Register the devices that began to send before anybody had registered them."""
    _post_all(api, f"{registry_url}/v1/devices", city["late_devices"])
    _post_all(api, f"{registry_url}/v1/bindings", city["late_bindings"])


def _post_all(api: Api, url: str, rows: list[dict[str, Any]]) -> None:
    for start in range(0, len(rows), _PAGE):
        api.post(url, rows[start : start + _PAGE])
