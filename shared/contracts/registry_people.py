"""What the registry publishes about who works with it: accounts of offices, never anybody's name."""

from datetime import date

import msgspec


class Person(msgspec.Struct, frozen=True):
    """人员账号 of an office, e.g. ``nanshan-desk-2``. Id: ``login``; in the log it acts as ``person:{login}``.

    ``post`` says what it is for (南山区登记岗); who sits there is the office's to know. From the civil day
    ``state_from`` on it is INVITED, ACTIVE, LOCKED or CLOSED. ``oidc_subject`` is the opaque subject at the city's
    identity provider. Whoever its work was handed over to has his part in that work. Passwords and codes, or their
    hashes, are in no change.
    """

    login: str
    post: str
    role: str
    districts: list[str] = []
    vendors: list[str] = []
    oidc_subject: str | None = None
    handed_over_to: str | None = None
    state: str = "INVITED"
    state_from: date | None = None
    state_reason: str | None = None
