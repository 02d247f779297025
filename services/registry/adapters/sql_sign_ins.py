"""What opens people's accounts: hashes of passwords and codes, beside the log; the provider's subjects, in it."""

from collections.abc import Collection as Many

import sqlalchemy as sa

from services.registry.adapters import sql_log
from services.registry.adapters.sql_tables import TABLES
from services.registry.adapters.sql_tables_people import PERSON_SIGN_IN
from services.registry.store import SignIn


def keep(connection: sa.Connection, login: str, sign_in: SignIn) -> None:
    """See :meth:`services.registry.store.Store.keep_sign_in`."""
    connection.execute(sa.delete(PERSON_SIGN_IN).where(PERSON_SIGN_IN.c.login == login))
    connection.execute(sa.insert(PERSON_SIGN_IN).values(login=login, **sign_in._asdict()))


def of(connection: sa.Connection, login: str) -> SignIn:
    """See :meth:`services.registry.store.Store.sign_in`."""
    columns = (PERSON_SIGN_IN.c[name] for name in SignIn._fields)
    row = connection.execute(sa.select(*columns).where(PERSON_SIGN_IN.c.login == login)).one_or_none()
    return SignIn() if row is None else SignIn(*row)


def subjects_of(connection: sa.Connection, logins: Many[str]) -> set[str]:
    """See :meth:`services.registry.store.Store.subjects_of`."""
    told = (body["oidc_subject"] for login in logins for _, body, _ in sql_log.bodies(connection, "person", login))
    return {subject for subject in told if subject is not None}


def lasting_administrators(connection: sa.Connection) -> int:
    """See :meth:`services.registry.store.Store.lasting_administrators`."""
    key, person = TABLES["key"], TABLES["person"]
    keys = sa.and_(key.c.role == "administrator", key.c.active, key.c.expires_on.is_(None))
    people = sa.and_(person.c.role == "administrator", person.c.state == "ACTIVE")
    counts = [
        sa.select(sa.func.count()).select_from(table).where(who) for table, who in ((key, keys), (person, people))
    ]
    return sum(int(connection.execute(count).scalar_one()) for count in counts)
