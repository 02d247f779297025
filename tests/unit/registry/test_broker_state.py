"""Where a broker's state differs from the registry's."""

import pytest

from services.registry.broker_state import BrokerState, Difference, differences, wanted
from shared.brokers.dynamic_security import Acl, Client
from shared.contracts.registry import Feed

FEED = Feed("acme", "gw", ["garden"])
ROLE = "feed.acme.gw"


@pytest.fixture
def should() -> BrokerState:
    return wanted([FEED], ["admin", "telemetry-12"])


def test_every_machine_has_its_role_and_every_feed_its_own(should: BrokerState) -> None:
    assert should.clients == {
        "admin": Client("admin", ("admin",)),
        "telemetry-12": Client("telemetry-12", ("ingest",)),
        "acme.gw": Client("acme.gw", (ROLE,)),
    }
    assert not any(should.access[kind] for kind in ("publishClientSend", "publishClientReceive", "subscribe"))


@pytest.mark.parametrize("name", ["root", "telemetry", "telemetry-1 ", "acme.gw"])
def test_a_name_that_no_machine_of_ours_has_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="not an account of ours"):
        wanted([], [name])


@pytest.mark.parametrize(
    "acl",
    [
        Acl("subscribePattern", "#"),
        Acl("publishClientSend", "feeds/v1/acme/gw", allow=False),
        Acl("publishClientSend", "feeds/v1/acme/gw", priority=7),
    ],
)
def test_a_right_that_is_other_by_anything_is_a_difference(should: BrokerState, acl: Acl) -> None:
    found = should._replace(roles={**should.roles, ROLE: (*should.roles[ROLE], acl)})
    assert differences(should, found) == [Difference("role", ROLE)]
    assert differences(should, should._replace(roles={**should.roles, ROLE: should.roles[ROLE][::-1]})) == []


@pytest.mark.parametrize(
    ("client", "what"),
    [
        (Client("acme.gw", (ROLE,), active=False), "disabled"),
        (Client("acme.gw", ()), "roles"),
        (Client("acme.gw", (ROLE, "group all")), "roles"),
    ],
)
def test_an_account_that_is_other_is_a_difference(should: BrokerState, client: Client, what: str) -> None:
    found = should._replace(clients={**should.clients, "acme.gw": client})
    assert differences(should, found) == [Difference(what, "acme.gw")]


def test_an_empty_broker_lacks_everything(should: BrokerState) -> None:
    found = {each.what for each in differences(should, BrokerState({}, {}, {}))}
    assert found == {"access", "role", "missing"}
