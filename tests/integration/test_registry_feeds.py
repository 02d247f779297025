"""A feed's MQTT account on a real Mosquitto: what it may do, what it may not, and how it ends."""

import json
from collections.abc import Iterator

import pytest

from deploy.local.stack import Stack
from services.registry.adapters.mosquitto_accounts import MosquittoAccounts
from shared.brokers import mqtt
from tests.integration.connection import WITHIN_S, Connection
from tests.integration.databases import Databases
from tests.integration.registry_under_test import OTHER_VENDOR, VENDOR, RegistryUnderTest, home, reason, registry
from tests.system.polling import until

SUCCESS = (0, 16)  # 16: nobody subscribes
NOT_AUTHORIZED = 135
GATEWAY = {"vendor": "acme", "feed": "gw", "sites": ["garden"]}
OWN_TOPIC = "telemetry/v1/acme/gw/garden"


@pytest.fixture(scope="module")
def city(brokers: Stack, databases: Databases) -> RegistryUnderTest:
    made = registry(databases, MosquittoAccounts(brokers.mqtt_url("registry")))
    made.admin.made("/v1/organisations", VENDOR, OTHER_VENDOR)
    home(made.admin, "garden")
    home(made.admin, "orchard")
    assert made.admin.post("/v1/feeds", GATEWAY).status_code == 201
    return made


@pytest.fixture
def password(city: RegistryUnderTest) -> str:
    """A fresh one of the gateway's account, with its first rights."""
    assert city.admin.patch("/v1/feeds/acme/gw", {"sites": ["garden"], "active": True}).status_code == 200
    answer = city.admin.post("/v1/feeds/acme/gw/password", {})
    assert answer.status_code == 200, answer.text
    assert answer.json is not None
    return str(answer.json["password"])


@pytest.fixture
def gateway(brokers: Stack, password: str) -> Iterator[Connection]:
    made = Connection(brokers.mqtt_url(), "acme.gw", password)
    yield made
    made.close()


def test_a_feed_publishes_under_its_own_prefix_for_its_sites(gateway: Connection) -> None:
    assert gateway.connected == 0
    assert gateway.publish(OWN_TOPIC) in SUCCESS
    assert gateway.publish(f"{OWN_TOPIC}/lamp-1") in SUCCESS
    assert gateway.publish("feeds/v1/acme/gw") in SUCCESS


@pytest.mark.parametrize(
    "topic",
    [
        "telemetry/v1/acme/gw/orchard",  # not its site
        "telemetry/v1/acme/gw2/garden",
        "telemetry/v1/bolt/gw/garden",
        "telemetry/v1/acme/gw",
        "telemetry/v1/acme/gw/gardenia",
        "feeds/v1/acme/gw/more",
        "feeds/v1/acme/other",
        "ack/v1/acme/gw/1",
        "$CONTROL/dynamic-security/v1",
        "anything",
    ],
)
def test_a_feed_publishes_nowhere_else(gateway: Connection, topic: str) -> None:
    assert gateway.publish(topic) == NOT_AUTHORIZED


def test_a_feed_reads_its_own_receipts_and_nothing_else(brokers: Stack, gateway: Connection) -> None:
    assert gateway.subscribe("ack/v1/acme/gw/#") in (0, 1)
    assert gateway.subscribe("ack/v1/acme/gw/receipts") in (0, 1)
    for pattern in (
        "#",
        "ack/v1/#",
        "ack/v1/acme/#",
        "ack/v1/acme/+/x",
        "ack/v1/bolt/gw/#",
        "telemetry/v1/#",
        "$SYS/#",
    ):
        assert gateway.subscribe(pattern) == NOT_AUTHORIZED, pattern

    worker = Connection(
        brokers.mqtt_url("telemetry-1"), "telemetry-1", mqtt.parse(brokers.mqtt_url("telemetry-1")).password
    )
    assert worker.publish("ack/v1/bolt/gw/1", b"another's") in SUCCESS
    assert worker.publish("ack/v1/acme/gw/1", b"its own") == 0
    until(lambda: gateway.received, lambda received: len(received) >= 1, WITHIN_S)
    worker.close()
    assert set(gateway.received) == {("ack/v1/acme/gw/1", b"its own")}


def test_a_change_of_sites_holds_at_once_on_a_connection_that_is_open(
    city: RegistryUnderTest, gateway: Connection
) -> None:
    assert city.admin.patch("/v1/feeds/acme/gw", {"sites": ["orchard"]}).status_code == 200
    assert gateway.publish("telemetry/v1/acme/gw/orchard") in SUCCESS
    assert gateway.publish(OWN_TOPIC) == NOT_AUTHORIZED


def test_a_disabled_feed_is_cut_off_refused_and_let_in_again(
    brokers: Stack, city: RegistryUnderTest, gateway: Connection, password: str
) -> None:
    assert city.admin.patch("/v1/feeds/acme/gw", {"active": False}).status_code == 200
    until(lambda: gateway.lost, lambda lost: lost, WITHIN_S)
    refused = Connection(brokers.mqtt_url(), "acme.gw", password)
    assert refused.connected not in (None, 0)
    refused.close()

    assert city.admin.patch("/v1/feeds/acme/gw", {"active": True}).status_code == 200
    again = Connection(brokers.mqtt_url(), "acme.gw", password)
    assert again.connected == 0
    again.close()


def test_a_fresh_password_holds_at_once_and_the_old_one_ends(
    brokers: Stack, city: RegistryUnderTest, password: str
) -> None:
    answer = city.admin.post("/v1/feeds/acme/gw/password", {})
    assert answer.json is not None
    for given, expected in ((password, False), (answer.json["password"], True)):
        feed = Connection(brokers.mqtt_url(), "acme.gw", given)
        assert (feed.connected == 0) == expected
        feed.close()


def test_a_fresh_password_cuts_who_is_connected_with_the_old_one(city: RegistryUnderTest, gateway: Connection) -> None:
    assert city.admin.post("/v1/feeds/acme/gw/password", {}).status_code == 200
    until(lambda: gateway.lost, lambda lost: lost, WITHIN_S)


def test_what_changes_nothing_cuts_no_connection(city: RegistryUnderTest, gateway: Connection) -> None:
    assert city.admin.post("/v1/feeds", GATEWAY).status_code == 200
    assert city.admin.patch("/v1/feeds/acme/gw", {"active": True}).status_code == 200
    assert gateway.publish(OWN_TOPIC) in SUCCESS
    assert not gateway.lost


def test_a_vendors_cloud_publishes_for_any_site(brokers: Stack, city: RegistryUnderTest) -> None:
    answer = city.admin.post("/v1/feeds", {"vendor": "bolt", "feed": "cloud", "sites": [], "vendor_cloud": True})
    assert answer.json is not None
    cloud = Connection(brokers.mqtt_url(), "bolt.cloud", answer.json["password"])
    assert cloud.publish("telemetry/v1/bolt/cloud/any-site/lamp-1") in SUCCESS
    assert cloud.publish("telemetry/v1/acme/gw/garden") == NOT_AUTHORIZED
    cloud.close()


def test_a_feed_that_is_registered_out_of_use_cannot_connect(brokers: Stack, city: RegistryUnderTest) -> None:
    answer = city.admin.post("/v1/feeds", {"vendor": "bolt", "feed": "later", "sites": ["garden"], "active": False})
    assert answer.json is not None
    feed = Connection(brokers.mqtt_url(), "bolt.later", answer.json["password"])
    assert feed.connected not in (None, 0)
    feed.close()


def test_an_account_that_the_broker_has_lost_is_made_again_with_a_fresh_password(
    brokers: Stack, city: RegistryUnderTest, password: str
) -> None:
    admin = Connection(brokers.mqtt_url("admin"), "admin", mqtt.parse(brokers.mqtt_url("admin")).password)
    lose = {"commands": [{"command": "deleteClient", "username": "acme.gw"}]}
    assert admin.publish("$CONTROL/dynamic-security/v1", json.dumps(lose).encode()) in SUCCESS
    admin.close()

    answer = city.admin.patch("/v1/feeds/acme/gw", {"sites": ["garden"]})
    assert (answer.status_code, reason(answer)) == (409, "conflicting")
    answer = city.admin.post("/v1/feeds/acme/gw/password", {})
    assert answer.json is not None
    for given, expected in ((password, False), (answer.json["password"], True)):
        feed = Connection(brokers.mqtt_url(), "acme.gw", given)
        assert (feed.connected == 0) == expected
        feed.close()


@pytest.mark.parametrize("away", ["nobody listens", "wrong password"])
def test_without_the_broker_nothing_is_registered(brokers: Stack, databases: Databases, away: str) -> None:
    address = mqtt.parse(brokers.mqtt_url("registry"))
    url = "mqtt://registry:x@127.0.0.1:9" if away == "nobody listens" else f"mqtt://registry:x@127.0.0.1:{address.port}"
    lonely = registry(databases, MosquittoAccounts(url))
    lonely.admin.made("/v1/organisations", VENDOR)
    home(lonely.admin, "garden")
    head = len(lonely.admin.changes())

    answer = lonely.admin.post("/v1/feeds", GATEWAY)

    assert (answer.status_code, reason(answer)) == (503, "unavailable")
    assert answer.headers["Retry-After"]
    assert lonely.admin.get("/v1/feeds/acme/gw").status_code == 404
    assert len(lonely.admin.changes()) == head
