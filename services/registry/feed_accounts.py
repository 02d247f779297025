"""A feed's MQTT account: its name, its role, and the little that role may do.

ARCHITECTURE section 3: a feed writes under its own prefix, for the sites the registry gives it, and its own heartbeat;
it reads only its own receipts. Everything else the broker refuses by default.
"""

from typing import NamedTuple, Protocol

from shared.contracts.registry import Feed


class Acl(NamedTuple):
    """One thing a role may do, in the words of Mosquitto's dynamic security plugin."""

    acltype: str
    topic: str


class Account(NamedTuple):
    """An account as the broker should have it."""

    username: str
    role: str
    acls: tuple[Acl, ...]
    active: bool


class BrokerAccounts(Protocol):
    """The broker's accounts; each call is done when it returns."""

    def open(self, account: Account, password: str) -> None:
        """Make an account, or give the one of that name this password, role and rights.

        :raises Unavailable: if the broker did not do it
        """

    def change(self, account: Account) -> None:
        """Give an existing account these rights, or take it out of use; connections it has are cut.

        :raises Unavailable: if the broker did not do it
        """


def account_of(feed: Feed) -> Account:
    """The account a feed must have."""
    own = f"{feed.vendor}/{feed.feed}"
    prefix = f"telemetry/v1/{own}"
    writes = [f"{prefix}/#"] if feed.vendor_cloud else [f"{prefix}/{site}/#" for site in feed.sites]
    acls = [
        *(Acl("publishClientSend", topic) for topic in (*writes, f"feeds/v1/{own}")),
        Acl("subscribePattern", f"ack/v1/{own}/#"),
        Acl("publishClientReceive", f"ack/v1/{own}/#"),
    ]
    return Account(username_of(feed), f"feed.{feed.vendor}.{feed.feed}", tuple(acls), feed.active)


def username_of(feed: Feed) -> str:
    """The MQTT user name, which is also the client id; slugs hold no dot, so no two feeds share one."""
    return f"{feed.vendor}.{feed.feed}"
