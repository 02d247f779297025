"""A feed's MQTT account: its name, its role, and the little that role may do.

The telemetry contract, version 1: a feed writes under its own prefix, for the sites the registry gives it, and its own
heartbeat;
it reads only its own receipts. Everything else the broker refuses by default.
"""

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import NamedTuple, Protocol

from services.registry.accesses import Asking, Told
from services.registry.refusal import Refused, fault, pointer
from services.registry.store import Database, Reading, Store
from shared.brokers.dynamic_security import Acl
from shared.contracts.registry import Feed
from shared.failures import Unavailable

_TURN_S = 5.0  # a change of an account takes well under a second; three may be before this one


class Account(NamedTuple):
    """An account as the broker should have it."""

    username: str
    role: str
    acls: tuple[Acl, ...]
    active: bool


class BrokerAccounts(Protocol):
    """The broker's accounts; each call is done when it returns."""

    def at_hand(self) -> AbstractContextManager[None]:
        """Be connected inside the block, so that what is done there only waits for an answer.

        That the broker is away is raised by what is done, not here: what is refused anyway need not wait for it.
        """

    def open(self, account: Account, password: str) -> None:
        """Make an account, or give the one of that name this password, role and rights.

        :raises Unavailable: if the broker did not do it
        """

    def change(self, account: Account) -> bool:
        """Give an existing account these rights, and put it into use or out of it, which cuts its connections.

        Doing it again changes nothing.

        :returns: False if the broker has no account of that name
        :raises Unavailable: if the broker did not do it, or did not say so
        """


class InTurn:
    """A database to whose writers the broker's answer counts: they come one after another, and soon give up.

    Turn and connection come before the database's lock: who waits for a slow broker does not hold up other writers.
    """

    def __init__(self, database: Database, accounts: BrokerAccounts) -> None:
        self._database = database
        self._accounts = accounts
        self._turn = threading.Lock()

    def reading(self) -> AbstractContextManager[Reading]:
        """See :class:`services.registry.store.Database`."""
        return self._database.reading()

    def note(self, asking: Asking, told: Told) -> None:
        """See :class:`services.registry.store.Database`."""
        self._database.note(asking, told)

    @contextmanager
    def writing(self, actor: str) -> Iterator[Store]:
        """See :class:`services.registry.store.Database`.

        :raises Unavailable: also if it is another's turn for too long
        """
        if not self._turn.acquire(timeout=_TURN_S):
            raise Unavailable("mosquitto", "another feed's account is being changed")
        try:
            with self._accounts.at_hand(), self._database.writing(actor) as store:
                yield store
        finally:
            self._turn.release()


def put_right(accounts: BrokerAccounts, feed: Feed) -> None:
    """Let a feed's account be as the registry has it, whatever became of it in the broker.

    :raises Refused: ``conflicting`` if the feed is in use and the broker has lost its account, password and all
    :raises Unavailable: if the broker did not do it, or did not say so
    """
    if not accounts.change(account_of(feed)) and feed.active:
        lost = {"username": username_of(feed), "id": f"{feed.vendor}/{feed.feed}"}
        raise Refused([fault(pointer(), "conflicting", "rule.account_lost", **lost)])


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
