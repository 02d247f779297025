"""Mosquitto alone, on a stack of its own, tried with Mosquitto's own clients: what its configuration promises."""

import json
import subprocess
from collections.abc import Callable, Iterator

import pytest

from deploy.local.stack import Stack
from tests.system.city import administrator
from tests.system.feed import Feed, Refused

CONTROL = "$CONTROL/dynamic-security/v1"
DURABLE = ("-V", "mqttv311", "-i", "admin", "-c", "-q", "1")


@pytest.fixture(scope="module")
def mosquitto(make_stack: Callable[[], Stack]) -> Iterator[Stack]:
    stack = make_stack()
    stack.start(only=["mosquitto"])
    yield stack
    stack.stop()


def run(stack: Stack, program: str, user: str, *words: str, lines: str = "") -> subprocess.CompletedProcess[str]:
    """One of Mosquitto's own clients, logged in as a user of the stack."""
    password = json.loads((stack.credentials / "brokers.json").read_text())["mosquitto"][user]
    login = ("-h", "127.0.0.1", "-p", str(stack.ports.mqtt), "-u", user, "-P", password)
    return subprocess.run(
        (program, *login, *words), input=lines, capture_output=True, text=True, timeout=30, check=False
    )


def test_a_broker_that_lost_its_accounts_has_them_again_after_the_next_start(make_stack: Callable[[], Stack]) -> None:
    stack = make_stack()
    stack.start(only=["mosquitto", "registry"])
    api, registry = administrator(stack), stack.urls["registry"]
    vendor = {"slug": "acme", "uscc": "91350100M000100Y43", "name": "甲厂商", "roles": ["VENDOR"]}
    api.post(f"{registry}/v1/organisations", [vendor])
    cloud = {"vendor": "acme", "feed": "cloud", "sites": [], "vendor_cloud": True}
    password = api.post(f"{registry}/v1/feeds", cloud)["password"]

    stack.stop()
    (stack.folders.data_of("mosquitto") / "dynamic-security.json").unlink()
    stack.start(only=["mosquitto", "registry"])

    with Feed("127.0.0.1", stack.ports.mqtt, "acme.cloud", password) as feed:
        feed.publish("telemetry/v1/acme/cloud/garden", b"{}")
    with pytest.raises(Refused), Feed("127.0.0.1", stack.ports.mqtt, "acme.cloud", "another"):
        pass
    assert run(stack, "mosquitto_pub", "telemetry-1", "-q", "1", "-t", "ack/v1/acme/cloud", "-m", "{}").returncode == 0
    stack.stop()


def test_a_retained_message_ends_the_connection(mosquitto: Stack) -> None:
    publish = ("-V", "mqttv311", "-q", "1", "-t", CONTROL, "-m", "{}")

    plain = run(mosquitto, "mosquitto_pub", "admin", *publish)
    retained = run(mosquitto, "mosquitto_pub", "admin", *publish, "--retain")

    assert plain.returncode == 0
    assert "connection was lost" in retained.stderr


def test_more_than_a_thousand_messages_wait_for_an_absent_subscriber_and_survive_a_restart(mosquitto: Stack) -> None:
    sent = [str(number) for number in range(1500)]
    run(mosquitto, "mosquitto_sub", "admin", *DURABLE, "-E", "-t", "ack/v1/#")

    published = run(
        mosquitto, "mosquitto_pub", "telemetry-1", "-q", "1", "-t", "ack/v1/acme/gw", "-l", lines="\n".join(sent) + "\n"
    )
    mosquitto.stop_program("mosquitto")
    mosquitto.start_program("mosquitto")
    received = run(mosquitto, "mosquitto_sub", "admin", *DURABLE, "-C", "1500", "-W", "20", "-t", "ack/v1/#")

    assert published.returncode == 0
    assert received.stdout.split() == sent


def test_nobody_takes_over_the_session_of_another_by_naming_its_client_id(mosquitto: Stack) -> None:
    run(mosquitto, "mosquitto_sub", "admin", *DURABLE, "-E", "-t", "ack/v1/#")
    run(mosquitto, "mosquitto_pub", "telemetry-1", "-q", "1", "-t", "ack/v1/acme/gw", "-m", "kept")

    # MQTT 3.1.1 with a clean session destroys the session of the client id it names.
    run(mosquitto, "mosquitto_sub", "health", "-V", "mqttv311", "-i", "admin", "-E", "-t", "ack/v1/#")
    received = run(mosquitto, "mosquitto_sub", "admin", *DURABLE, "-C", "1", "-W", "10", "-t", "ack/v1/#")

    assert received.stdout.split() == ["kept"]
