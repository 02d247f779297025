"""Register a planned city through the registry's API, as districts and vendors would."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from deploy.demo.api import Api

# Parents before children: a reference must exist. Left out where a city has none of a kind.
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
AFTER_FEEDS = ("feed_bindings", "tenancies", "occupancies", "selections", "legal_bases")
VERIFIED = ("selections", "legal_bases")
_PAGE = 1_000


def register(api: Api, registry_url: str, city: dict[str, Any], say: Callable[[str], None]) -> dict[str, str]:
    """Register all of a city but its late devices.

    :returns: the passwords of the feeds' MQTT accounts by user name; the registry shows each only once
    """
    for name in COLLECTIONS:
        _post_all(api, registry_url, name, city[name])
    passwords = {}
    for feed in city["feeds"]:
        made = api.post(f"{registry_url}/v1/feeds", feed)
        passwords[made["username"]] = made["password"]
    for name in AFTER_FEEDS:
        _post_all(api, registry_url, name, city.get(name, []))
    counted = {name: len(city.get(name, [])) for name in (*COLLECTIONS, "feeds", *AFTER_FEEDS)}
    say(", ".join(f"{name} {count}" for name, count in counted.items() if count))
    return passwords


def register_late(api: Api, registry_url: str, city: dict[str, Any]) -> None:
    """Register the devices that began to send before anybody had registered them."""
    for name in ("devices", "bindings", "feed_bindings"):
        _post_all(api, registry_url, name, city.get(f"late_{name}", []))


def verify(other: Api, registry_url: str, city: dict[str, Any]) -> None:
    """Verify every paper, as somebody who did not record it."""
    for name in VERIFIED:
        for paper in city.get(name, []):
            key = quote(f"{paper['pilot']}/{paper['code']}")
            other.act(f"{registry_url}/v1/{_path(name)}/{key}/state", {"state": "VERIFIED"})


def another_person(api: Api, registry_url: str, name: str, role: str) -> Api:
    """A key of somebody else's, and calls made with it."""
    made = api.post(f"{registry_url}/v1/keys", {"name": name, "role": role})
    return Api(registry_url, made["key"], made["secret"])


def _path(name: str) -> str:
    return name.replace("_", "-")


def _post_all(api: Api, registry_url: str, name: str, rows: list[dict[str, Any]]) -> None:
    for start in range(0, len(rows), _PAGE):
        api.post(f"{registry_url}/v1/{_path(name)}", rows[start : start + _PAGE])
