"""A broker that lost its state, on a real Mosquitto: every account comes back with its password, and no other."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from deploy.local.stack import Stack
from services.registry.adapters.mosquitto_accounts import MosquittoAccounts
from services.registry.adapters.mosquitto_control import connected
from shared.brokers import mqtt
from tests.integration.change_log import opened
from tests.integration.connection import Connection
from tests.integration.databases import Databases
from tests.integration.registry_under_test import VENDOR, RegistryUnderTest, home, registry

NOT_AUTHORIZED = 135
MACHINES = {"admin", "registry", "telemetry-1", "health"}


@pytest.fixture(scope="module")
def broker(make_stack: Callable[[], Stack]) -> Iterator[Stack]:
    stack = make_stack()
    stack.start(only=["mosquitto"])
    yield stack
    stack.stop()


class City(NamedTuple):
    """A registry with three feeds of acme: gw in use, off out of use, and its cloud."""

    registry: RegistryUnderTest
    broker: Stack
    passwords: dict[str, str]

    def connected(self, user: str, password: str | None = None) -> bool:
        made = Connection(self.broker.mqtt_url(), user, password or self.passwords[user])
        made.close()
        return made.connected == 0

    def run(self, module: str, *arguments: str) -> tuple[int, str]:
        """The exit status of a command of the registry, and what it says."""
        environment = {
            "PATH": "",
            "DATABASE_URL": self.registry.url,
            "MQTT_URL": self.broker.mqtt_url("admin"),
            "BROKER_ACCOUNTS_FILE": str(self.broker.credentials / "brokers.json"),
        }
        command = [sys.executable, "-m", f"services.registry.{module}", *arguments]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr


@pytest.fixture
def city(broker: Stack, databases: Databases) -> City:
    made = registry(databases, MosquittoAccounts(broker.mqtt_url("registry")))
    made.admin.made("/v1/organisations", VENDOR)
    home(made.admin, "garden")
    passwords = {}
    for feed in ({"feed": "gw"}, {"feed": "off"}, {"feed": "cloud", "vendor_cloud": True}):
        if made.admin.get(f"/v1/feeds/acme/{feed['feed']}").status_code == 404:
            answer = made.admin.post("/v1/feeds", {"vendor": "acme", "sites": ["garden"], **feed})
            assert answer.status_code == 201, answer.text
            told: Any = answer.json
            passwords[told["username"]] = told["password"]
    assert made.admin.patch("/v1/feeds/acme/off", {"active": False}).status_code == 200
    return City(made, broker, passwords)


def ask(broker: Stack, *commands: dict[str, Any]) -> list[dict[str, Any]]:
    """What an administrator does at the broker itself."""
    with connected(mqtt.parse(broker.mqtt_url("admin"))) as control:
        return control.ask(list(commands))


def state_of(broker: Stack) -> Path:
    return broker.folders.data_of("mosquitto") / "dynamic-security.json"


def test_a_broker_that_lost_its_state_lets_every_feed_in_with_the_password_it_had(city: City) -> None:
    city.broker.stop_program("mosquitto")
    state_of(city.broker).unlink()
    status, said = city.run("write_back", "--out", str(state_of(city.broker)))
    assert (status, "3 of 3 feeds" in said) == (0, True)
    assert state_of(city.broker).stat().st_mode & 0o777 == 0o600
    city.broker.start_program("mosquitto")

    assert city.connected("acme.gw")
    assert city.connected("acme.cloud")
    assert not city.connected("acme.off")
    assert not city.connected("acme.gw", "a wrong password")
    for user in MACHINES:
        assert city.connected(user, mqtt.parse(city.broker.mqtt_url(user)).password), user
    [answer] = ask(city.broker, {"command": "listClients"})
    assert set(answer["data"]["clients"]) == {*MACHINES, "acme.gw", "acme.off", "acme.cloud"}

    gateway = Connection(city.broker.mqtt_url(), "acme.gw", city.passwords["acme.gw"])
    assert gateway.publish("telemetry/v1/acme/gw/garden") != NOT_AUTHORIZED
    assert gateway.publish("telemetry/v1/acme/gw/orchard") == NOT_AUTHORIZED
    assert gateway.subscribe("#") == NOT_AUTHORIZED
    gateway.close()
    assert city.run("compare_broker") == (0, "0 处差异 / differences, 0 处未改正 / left\n")
    assert city.registry.admin.patch("/v1/feeds/acme/off", {"active": True}).status_code == 200
    assert city.connected("acme.off")


def test_the_password_that_was_replaced_last_is_the_one_that_comes_back(city: City) -> None:
    answer: Any = city.registry.admin.post("/v1/feeds/acme/gw/password", {}).json
    city.broker.stop_program("mosquitto")
    state_of(city.broker).unlink()
    assert city.run("write_back", "--out", str(state_of(city.broker)))[0] == 0
    city.broker.start_program("mosquitto")
    assert city.connected("acme.gw", answer["password"])
    assert not city.connected("acme.gw")


def test_no_password_is_kept_and_no_hash_is_in_the_log(city: City) -> None:
    with opened(city.registry.url) as connection:
        kept = connection.exec_driver_sql("SELECT * FROM feed_password").fetchall()
    assert len(kept) == 3
    log = json.dumps(city.registry.admin.changes())
    for row in kept:
        assert row.password not in log
    for password in city.passwords.values():
        assert password not in log + str(kept)


def test_a_feed_whose_hash_is_not_kept_is_named(city: City, tmp_path: Path) -> None:
    with opened(city.registry.url) as connection:
        connection.exec_driver_sql("DELETE FROM feed_password WHERE feed = 'acme/gw'")
    status, said = city.run("write_back", "--out", str(tmp_path / "state.json"))
    assert status == 1
    assert "POST /v1/feeds/acme/gw/password" in said
    assert "2 of 3 feeds" in said
    users = {client["username"] for client in json.loads((tmp_path / "state.json").read_text())["clients"]}
    assert users == {*MACHINES, "acme.off", "acme.cloud"}


def test_the_state_of_a_broker_that_has_one_is_not_overwritten(city: City) -> None:
    before = state_of(city.broker).read_bytes()
    assert city.run("write_back", "--out", str(state_of(city.broker)))[0] == 2
    assert state_of(city.broker).read_bytes() == before


def test_every_difference_is_named_and_what_can_be_is_put_right(city: City) -> None:
    assert city.run("compare_broker")[0] == 0
    ask(
        city.broker,
        {"command": "setDefaultACLAccess", "acls": [{"acltype": "subscribe", "allow": True}]},
        {
            "command": "addRoleACL",
            "rolename": "feed.acme.gw",
            "acltype": "subscribePattern",
            "topic": "#",
            "allow": True,
        },
        {"command": "removeRoleACL", "rolename": "ingest", "acltype": "publishClientSend", "topic": "ack/v1/#"},
        {"command": "addClientRole", "username": "acme.gw", "rolename": "admin"},
        {"command": "createGroup", "groupname": "all", "roles": [{"rolename": "ingest"}]},
        {"command": "addGroupClient", "username": "telemetry-1", "groupname": "all"},
        {"command": "enableClient", "username": "acme.off"},
        {"command": "disableClient", "username": "health"},
        {"command": "deleteClient", "username": "acme.cloud"},
        {"command": "createRole", "rolename": "spy", "acls": []},
        {"command": "createClient", "username": "mallory", "password": "x"},
        {"command": "createClient", "username": "acme.ghost", "password": "x"},
    )
    mended = {"default", "feed.acme.gw", "ingest", "acme.gw", "telemetry-1", "acme.off", "health", "acme.ghost"}
    left = {"acme.cloud", "spy", "mallory"}

    status, said = city.run("compare_broker")
    assert (status, "11 处差异 / differences, 11 处未改正 / left" in said) == (1, True)
    status, said = city.run("compare_broker", "--mend")
    lines = {line.rpartition(": ")[2].split("  ")[0]: "put right" in line for line in said.splitlines()[:-1]}
    assert (status, lines) == (1, dict.fromkeys(mended, True) | dict.fromkeys(left, False))
    status, said = city.run("compare_broker")
    assert {line.rpartition(": ")[2] for line in said.splitlines()[:-1]} == {*left, "acme.ghost"}

    gateway = Connection(city.broker.mqtt_url(), "acme.gw", city.passwords["acme.gw"])
    assert gateway.subscribe("#") == NOT_AUTHORIZED
    gateway.close()
    assert not city.connected("acme.off")
    assert not city.connected("acme.ghost", "x")
    ask(
        city.broker,
        *({"command": "deleteClient", "username": name} for name in ("mallory", "acme.ghost")),
        {"command": "deleteRole", "rolename": "spy"},
        {"command": "deleteGroup", "groupname": "all"},
    )
    assert city.registry.admin.post("/v1/feeds/acme/cloud/password", {}).status_code == 200
    assert city.run("compare_broker")[0] == 0


def test_without_a_database_or_a_broker_nothing_is_compared_or_written(city: City, tmp_path: Path) -> None:
    city.broker.stop_program("mosquitto")
    assert city.run("compare_broker")[0] == 2
    city.broker.start_program("mosquitto")
    nowhere = city._replace(registry=city.registry._replace(url=f"sqlite:///{tmp_path}/none/none.db"))
    assert nowhere.run("write_back", "--out", str(tmp_path / "state.json"))[0] == 2
    assert nowhere.run("compare_broker")[0] == 2
    assert not (tmp_path / "state.json").exists()


def test_a_broker_that_is_busy_for_three_seconds_is_waited_for(city: City) -> None:
    pid = city.broker.pid("mosquitto")
    os.kill(pid, signal.SIGSTOP)
    resume = threading.Timer(3, os.kill, (pid, signal.SIGCONT))
    resume.start()
    began = time.monotonic()
    try:
        assert city.registry.admin.patch("/v1/feeds/acme/gw", {"active": False}).status_code == 200
    finally:
        resume.join()
    assert time.monotonic() - began >= 3
    assert not city.connected("acme.gw")
