"""The broker's accounts and roles as the registry has them, and where the broker differs; pure."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from services.registry.feed_accounts import account_of
from shared.brokers.dynamic_security import DEFAULT_ACCESS, ROLES_OF_MACHINES, Acl, Client, machine
from shared.contracts.registry import Feed


class BrokerState(NamedTuple):
    """What dynamic security holds: access by default, each role's rights, each account; by name."""

    access: Mapping[str, bool]
    roles: Mapping[str, tuple[Acl, ...]]
    clients: Mapping[str, Client]


class Difference(NamedTuple):
    """One thing in which the broker is not as it should be.

    ``what``: access, role, missing, extra, extra_role, roles, disabled, enabled; ``name`` is an account or a role.
    A missing account cannot be mended while the broker runs: no command takes a password's hash.
    """

    what: str
    name: str


def wanted(feeds: Iterable[Feed], machines: Iterable[str]) -> BrokerState:
    """What the broker should hold: every feed's account and role, and those of our machines by their names.

    :raises ValueError: if a name is none of a machine of ours
    """
    accounts = [account_of(feed) for feed in feeds]
    clients = [
        *(machine(name) for name in machines),
        *(Client(each.username, (each.role,), each.active) for each in accounts),
    ]
    roles = {**ROLES_OF_MACHINES, **{each.role: each.acls for each in accounts}}
    return BrokerState(DEFAULT_ACCESS, roles, {client.username: client for client in clients})


def differences(should: BrokerState, found: BrokerState) -> list[Difference]:
    """Every difference, what opens most first."""
    access = [Difference("access", "default")] if found.access != should.access else []
    return [*access, *_of_roles(should, found), *_of_clients(should, found)]


def is_of_a_feed(username: str) -> bool:
    """Whether only a feed's account has such a name: vendor.feed."""
    return "." in username


def _of_roles(should: BrokerState, found: BrokerState) -> Iterator[Difference]:
    for name, acls in should.roles.items():
        if set(found.roles.get(name, ())) != set(acls):
            yield Difference("role", name)
    for name in found.roles.keys() - should.roles.keys():
        yield Difference("extra_role", name)


def _of_clients(should: BrokerState, found: BrokerState) -> Iterator[Difference]:
    for name, client in should.clients.items():
        there = found.clients.get(name)
        if there is None:
            yield Difference("missing", name)
            continue
        if set(there.roles) != set(client.roles):
            yield Difference("roles", name)
        if there.active != client.active:
            yield Difference("disabled" if client.active else "enabled", name)
    for name in found.clients.keys() - should.clients.keys():
        yield Difference("extra", name)
