"""Accounts in Mosquitto's dynamic security plugin; see mosquitto_control for how it is spoken to.

A connection lasts for one change: the client id is the user name, so two processes that stayed connected would cut
each other off. Callers come in turn (feed_accounts.InTurn), so there is one change at a time.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from services.registry.adapters.mosquitto_control import Command, Control, connected
from services.registry.feed_accounts import Account
from shared.brokers import mqtt
from shared.failures import Unavailable

_ROLE_EXISTS = "Role already exists"
_CLIENT_EXISTS = "Client already exists"
_NO_CLIENT = "Client not found"


class MosquittoAccounts:
    """See :class:`services.registry.feed_accounts.BrokerAccounts`; ``url`` is an account that may administer them."""

    def __init__(self, url: str) -> None:
        self._address = mqtt.parse(url)
        self._at_hand: Control | Unavailable | None = None  # of the one caller whose turn it is

    @contextmanager
    def at_hand(self) -> Iterator[None]:
        """See BrokerAccounts."""
        with ExitStack() as stack:
            try:
                self._at_hand = stack.enter_context(connected(self._address))
            except Unavailable as failure:
                self._at_hand = failure
            try:
                yield
            finally:
                self._at_hand = None

    def open(self, account: Account, password: str) -> None:
        """See BrokerAccounts."""
        client = {"username": account.username, "password": password, "roles": [{"rolename": account.role}]}
        self._command(
            [
                *_role(account),
                {"command": "createClient", **client},
                {"command": "modifyClient", **client},
                _use(account),
            ],
            tolerated=frozenset({_ROLE_EXISTS, _CLIENT_EXISTS}),
        )

    def change(self, account: Account) -> bool:
        """See BrokerAccounts."""
        tolerated = frozenset({_ROLE_EXISTS, _NO_CLIENT})
        return _NO_CLIENT not in self._command([*_role(account), _use(account)], tolerated)

    def _command(self, commands: list[Command], tolerated: frozenset[str]) -> set[str]:
        """The errors that were answered; each of them is tolerated."""
        with self._control() as control:
            return {answer["error"] for answer in control.ask(commands, tolerated) if "error" in answer}

    @contextmanager
    def _control(self) -> Iterator[Control]:
        """The connection at hand, or one of its own."""
        if isinstance(self._at_hand, Unavailable):
            raise self._at_hand
        if self._at_hand is not None:
            yield self._at_hand
            return
        with connected(self._address) as control:
            yield control


def _role(account: Account) -> list[Command]:
    role = {"rolename": account.role, "acls": [acl._asdict() for acl in account.acls]}
    return [{"command": "createRole", **role}, {"command": "modifyRole", **role}]


def _use(account: Account) -> Command:
    return {"command": "enableClient" if account.active else "disableClient", "username": account.username}
