"""A feed and its account stay one, be the broker away, slow or forgetful, or its answer lost."""

import socket
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from services.registry.adapters.mosquitto_accounts import MosquittoAccounts
from tests.fakes.mosquitto_accounts import MosquittoAccountsInMemory
from tests.integration.databases import Databases
from tests.integration.registry_under_test import OTHER_VENDOR, VENDOR, RegistryUnderTest, home, reason, registry

GATEWAY = {"vendor": "acme", "feed": "gw", "sites": ["garden"]}
FEED = "/v1/feeds/acme/gw"


@pytest.fixture
def broker() -> MosquittoAccountsInMemory:
    return MosquittoAccountsInMemory()


@pytest.fixture
def city(databases: Databases, broker: MosquittoAccountsInMemory) -> RegistryUnderTest:
    """With one feed, in use."""
    made = registry(databases, broker)
    made.admin.made("/v1/organisations", VENDOR)
    home(made.admin, "garden")
    assert made.admin.post("/v1/feeds", GATEWAY).status_code == 201
    return made


def test_a_change_of_a_feed_is_undone_if_the_broker_is_away(
    city: RegistryUnderTest, broker: MosquittoAccountsInMemory
) -> None:
    broker.away = True
    assert city.admin.patch(FEED, {"active": False}).status_code == 503
    assert (city.admin.get(FEED).json or {})["active"] is True
    broker.away = False
    assert city.admin.patch(FEED, {"active": False}).status_code == 200
    assert broker.accounts["acme.gw"].active is False


def test_a_patch_puts_right_what_a_lost_answer_left_behind(
    city: RegistryUnderTest, broker: MosquittoAccountsInMemory
) -> None:
    assert city.admin.patch(FEED, {"active": False}).status_code == 200
    broker.mute = True
    assert city.admin.patch(FEED, {"active": True}).status_code == 503
    broker.mute = False
    assert (city.admin.get(FEED).json or {})["active"] is False  # and yet the account is in use
    assert broker.accounts["acme.gw"].active is True
    head = len(city.admin.changes())

    assert city.admin.patch(FEED, {"active": False}).status_code == 200

    assert broker.accounts["acme.gw"].active is False
    assert len(city.admin.changes()) == head


def test_a_feed_whose_account_the_broker_has_lost_can_be_mended(
    city: RegistryUnderTest, broker: MosquittoAccountsInMemory
) -> None:
    broker.accounts.clear()
    answer = city.caller("administrator", language="en").patch(FEED, {"active": True})
    assert (answer.status_code, reason(answer)) == (409, "conflicting")
    assert "POST /v1/feeds/acme/gw/password" in (answer.json or {})["detail"]
    assert city.admin.patch(FEED, {"active": False}).status_code == 200  # lost is as good as out of use

    assert city.admin.post(f"{FEED}/password", {}).status_code == 200
    assert broker.accounts["acme.gw"].active is False
    assert city.admin.patch(FEED, {"active": True}).status_code == 200
    assert broker.accounts["acme.gw"].active is True


def test_the_same_feed_again_changes_nothing_and_its_password_neither(
    city: RegistryUnderTest, broker: MosquittoAccountsInMemory
) -> None:
    password, head = broker.passwords["acme.gw"], len(city.admin.changes())

    again = city.admin.post("/v1/feeds", GATEWAY)

    assert again.status_code == 200
    assert again.json == {**(city.admin.get(FEED).json or {}), "username": "acme.gw"}
    assert (broker.passwords["acme.gw"], len(city.admin.changes())) == (password, head)
    assert city.admin.post("/v1/feeds", {**GATEWAY, "heartbeat_interval_s": 30}).status_code == 409


def test_a_password_is_replaced_when_asked_for_and_the_log_says_by_whom(
    city: RegistryUnderTest, broker: MosquittoAccountsInMemory
) -> None:
    password = broker.passwords["acme.gw"]

    answer = city.admin.post(f"{FEED}/password", {})

    assert answer.json == {"username": "acme.gw", "password": broker.passwords["acme.gw"]}
    assert broker.passwords["acme.gw"] != password
    opened, replaced = (change for change in city.admin.changes() if change["entity"] == "feed")
    assert (replaced["id"], replaced["version"], replaced["actor"]) == ("acme/gw", 2, opened["actor"])
    assert replaced["before"] == replaced["after"] == opened["after"]
    assert answer.json["password"] not in str(replaced)
    assert reason(city.admin.post("/v1/feeds/acme/nothing/password", {})) == "not_found"


def test_a_broker_that_does_not_answer_keeps_no_other_writer_waiting(databases: Databases) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent, ThreadPoolExecutor(4) as pool:
        address = f"mqtt://registry:unused@127.0.0.1:{silent.getsockname()[1]}"
        made = registry(databases, MosquittoAccounts(address))
        made.admin.made("/v1/organisations", VENDOR)
        home(made.admin, "garden")
        callers = [made.caller("administrator") for _ in range(4)]

        feeds = [
            pool.submit(caller.post, "/v1/feeds", {**GATEWAY, "feed": f"gw-{n}"}) for n, caller in enumerate(callers)
        ]
        held = silent.accept()  # one of them waits for the broker
        began = time.monotonic()
        made.admin.made("/v1/organisations", OTHER_VENDOR)

        assert time.monotonic() - began < 3
        assert {feed.result().status_code for feed in feeds} == {503}
        held[0].close()
