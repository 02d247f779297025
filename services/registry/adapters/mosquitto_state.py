"""What Mosquitto's dynamic security holds, listed, and put right where a command can."""

from collections.abc import Callable, Mapping
from typing import Any

from services.registry.adapters.mosquitto_control import Command, Control
from services.registry.broker_state import BrokerState, Difference, is_of_a_feed
from shared.brokers.dynamic_security import Acl, Client

_PAGE = 100  # an answer of 10,000 accounts would be one message of megabytes
_ROLE_EXISTS = "Role already exists"


def listed(control: Control) -> BrokerState:
    """Everything the broker holds.

    :raises Unavailable: if it does not answer
    """
    [access] = control.ask([{"command": "getDefaultACLAccess"}])
    return BrokerState(
        {each["acltype"]: each["allow"] for each in access["data"]["acls"]},
        {each["rolename"]: _acls(each) for each in _pages(control, "listRoles", "roles")},
        {each["username"]: _client(each) for each in _pages(control, "listClients", "clients")},
    )


def mend(control: Control, should: BrokerState, found: list[Difference]) -> list[Difference]:
    """Put right what commands can: access, roles and their holders, who is in use; a feed's account that is extra is
    put out of use, not removed, since its password would be gone for good.

    :returns: what was not put right
    :raises Unavailable: if the broker refuses, or does not answer
    """
    left = []
    for difference in found:
        commands = _MENDING.get(difference.what, _nothing)(difference.name, should)
        if commands:
            control.ask(commands, frozenset({_ROLE_EXISTS}))
        else:
            left.append(difference)
    return left


def _pages(control: Control, command: str, what: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while True:
        [page] = control.ask([{"command": command, "verbose": True, "count": _PAGE, "offset": len(found)}])
        found += page["data"][what]
        if len(page["data"][what]) < _PAGE:
            return found


def _acls(role: Mapping[str, Any]) -> tuple[Acl, ...]:
    return tuple(Acl(each["acltype"], each["topic"], each["priority"], each["allow"]) for each in role["acls"])


def _client(client: Mapping[str, Any]) -> Client:
    """An account; what it has from a group stands among its roles as ``group …``, for we make none."""
    roles = [each["rolename"] for each in client.get("roles", ())]
    groups = [f"group {each['groupname']}" for each in client.get("groups", ())]
    return Client(client["username"], (*roles, *groups), not client.get("disabled", False))


def _access(_name: str, should: BrokerState) -> list[Command]:
    acls = [{"acltype": kind, "allow": allow} for kind, allow in should.access.items()]
    return [{"command": "setDefaultACLAccess", "acls": acls}]


def _role(name: str, should: BrokerState) -> list[Command]:
    role = {"rolename": name, "acls": [acl._asdict() for acl in should.roles[name]]}
    return [{"command": "createRole", **role}, {"command": "modifyRole", **role}]


def _roles(name: str, should: BrokerState) -> list[Command]:
    roles = [{"rolename": role} for role in should.clients[name].roles]
    return [{"command": "modifyClient", "username": name, "roles": roles, "groups": []}]


def _extra(name: str, _should: BrokerState) -> list[Command]:
    return [{"command": "disableClient", "username": name}] if is_of_a_feed(name) else []


def _nothing(_name: str, _should: BrokerState) -> list[Command]:
    return []


_MENDING: Mapping[str, Callable[[str, BrokerState], list[Command]]] = {
    "access": _access,
    "role": _role,
    "roles": _roles,
    "disabled": lambda name, _: [{"command": "enableClient", "username": name}],
    "enabled": lambda name, _: [{"command": "disableClient", "username": name}],
    "extra": _extra,
}
