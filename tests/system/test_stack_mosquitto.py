"""Mosquitto alone, on a stack of its own, tried with Mosquitto's own clients: what its configuration promises."""

import json
import subprocess
from collections.abc import Callable, Iterator

import pytest

from deploy.local.stack import Stack

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
