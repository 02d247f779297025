"""People sign in: with a password of ours, or with what the city's identity provider says of them."""

from typing import NamedTuple, Protocol

from services.registry.passwords import Passwords
from services.registry.people import ACTIVE
from services.registry.store import Database
from shared.contracts.registry_people import Person
from shared.failures import Rejected


class Asked(NamedTuple):
    """What was asked of the identity provider, for the answer to be checked against: three random words."""

    state: str
    nonce: str
    verifier: str


class IdentityProvider(Protocol):
    """A city's identity provider, by OpenID Connect: authorization code flow with PKCE (RFC 7636, S256)."""

    def address(self, asked: Asked) -> str:
        """Where the browser of who signs in is sent.

        :raises Unavailable: if the provider does not tell its addresses
        """

    def subject(self, asked: Asked, code: str) -> str:
        """Who signed in, by the ID token that this code is exchanged for.

        :raises Rejected: ``not_signed_in`` if the code is refused, or its ID token is not of the issuer, not for us,
            not for what was asked, or expired
        :raises Unavailable: if the provider does not answer
        """


def by_password(database: Database, passwords: Passwords, login: str, password: str) -> Person:
    """The account that this password opens; an unknown login takes as long.

    :raises Rejected: ``bad_credentials`` if there is none, or it is not ACTIVE; which is not told
    """
    with database.reading() as reading:
        found = reading.person_and_sign_in(login)
    right = passwords.is_right(found[1].password_hash if found else None, password)
    if found is None or not right or found[0].state != ACTIVE:
        raise Rejected("bad_credentials")
    return found[0]


def by_subject(database: Database, subject: str) -> Person:
    """The account of a subject at the identity provider.

    :raises Rejected: ``no_account`` if there is none that is ACTIVE
    """
    with database.reading() as reading:
        found = reading.beside("person", ("oidc_subject",), {(subject,)})
    active = [person for person in found if isinstance(person, Person) and person.state == ACTIVE]
    if not active:
        raise Rejected("no_account")
    return active[0]
