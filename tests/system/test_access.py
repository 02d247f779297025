"""Who may do what, tried from outside on the real broker and the real services."""

import queue

import pytest
import requests

from tests.system.city import City
from tests.system.feed import Refused
from tests.system.polling import until

HEARTBEAT = b'{"kind": "heartbeat", "ts": 1}'


def test_an_anonymous_client_cannot_connect(city: City) -> None:
    with pytest.raises(Refused, match="Not authorized"), city.feed_as(None, None):
        pass


def test_a_wrong_password_cannot_connect(city: City) -> None:
    with pytest.raises(Refused, match="Not authorized"), city.feed_as(f"{city.name}.gw", "wrong"):
        pass


@pytest.mark.parametrize(
    "topic",
    [
        "telemetry/v1/{name}/gw/{name}-venue/hmd-1",  # a site the registry did not give this feed
        "telemetry/v1/{name}/pc/{name}-venue/hmd-1",  # another feed's prefix
        "telemetry/v1/somebody/gw/{name}-home/lamp",  # another vendor's prefix
        "ack/v1/{name}/gw/r",  # receipts come from us alone
        "feeds/v1/{name}/pc",  # another feed's heartbeat
        "$CONTROL/dynamic-security/v1",
        "anything",
    ],
)
def test_a_feed_cannot_publish_outside_its_own_prefix(city: City, topic: str) -> None:
    with city.feed("gw") as feed, pytest.raises(Refused, match="Not authorized"):
        feed.publish(topic.format(name=city.name), HEARTBEAT)


def test_a_feed_hears_nothing_but_its_own_receipts(city: City) -> None:
    with city.feed("pc") as spy, city.feed("gw") as feed:
        for pattern in (f"ack/v1/{city.name}/gw/#", "telemetry/v1/#", "#", "$CONTROL/#"):
            try:
                spy.subscribe(pattern)
            except Refused:
                continue  # refused or granted and mute: both are right, what counts is what arrives
        spy.subscribe(f"ack/v1/{city.name}/pc/#")
        feed.subscribe(f"ack/v1/{city.name}/gw/#")
        assert feed.send(city.home_topic("lamp"), city.heartbeat())["accepted"] == 1
        assert spy.send(city.venue_topic("hmd-1"), city.heartbeat())["accepted"] == 1
        with pytest.raises(queue.Empty):  # its own receipt was taken by send(); nothing else came before it or after
            spy.received.get_nowait()


def test_a_feed_that_was_switched_off_is_refused_at_once(city: City) -> None:
    city.registry("PATCH", f"/v1/feeds/{city.name}/pc", {"active": False})
    with pytest.raises(Refused), city.feed("pc"):
        pass
    city.registry("PATCH", f"/v1/feeds/{city.name}/pc", {"active": True})
    with city.feed("pc"):
        pass


@pytest.mark.parametrize("service", ["registry", "telemetry", "adoption"])
def test_every_address_of_a_service_asks_for_a_token(city: City, service: str) -> None:
    url = city.urls[service]
    public = {
        "/v1/tokens",
        "/.well-known/jwks.json",
        "/healthz",
        "/metrics",
        "/v1/pseudonym-page",
        "/v1/passwords",
        "/v1/oidc/login",
        "/v1/oidc/callback",
    }
    document = requests.get(f"{url}/v1/openapi.json", timeout=10).json()
    operations = [
        (method, path)
        for path, methods in document["paths"].items()
        for method in methods
        if method in {"get", "post", "patch", "put", "delete"} and path not in public
    ]
    assert operations
    open_doors = [
        f"{method} {path}"
        for method, path in operations
        if requests.request(method, url + path.replace("{", "").replace("}", ""), timeout=10).status_code != 401
    ]
    assert open_doors == []


def test_the_wrong_role_is_forbidden(city: City) -> None:
    key = city.registry("POST", "/v1/keys", {"name": "a vendor", "role": "vendor", "vendors": [city.name]})
    token = requests.post(f"{city.urls['registry']}/v1/tokens", json={k: key[k] for k in ("key", "secret")}, timeout=10)
    vendor = {"Authorization": f"Bearer {token.json()['access_token']}"}

    def status(service: str, path: str, method: str = "GET", body: object = None) -> int:
        return requests.request(method, city.urls[service] + path, json=body, headers=vendor, timeout=10).status_code

    assert status("registry", "/v1/changes?after=0") == 403
    assert status("registry", "/v1/keys", "POST", {"name": "x", "role": "administrator"}) == 403
    assert status("registry", "/v1/pilots", "POST", []) == 403
    assert status("telemetry", "/v1/ledger?from=2026-01-01&to=2026-01-02&vendor=somebody-else") == 403
    assert status("adoption", "/v1/figures/H4?from=2026-01-01&to=2026-01-02&scope=programme") == 403


def test_a_revoked_key_gets_no_token(city: City) -> None:
    key = city.registry("POST", "/v1/keys", {"name": "leaves soon", "role": "auditor"})
    city.registry("DELETE", f"/v1/keys/{key['key']}")

    def status() -> int:
        body = {"key": key["key"], "secret": key["secret"]}
        return requests.post(f"{city.urls['registry']}/v1/tokens", json=body, timeout=10).status_code

    assert until(status, lambda answer: answer == 401, within_s=5) == 401
