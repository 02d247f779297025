"""What the registry's processes need to be told."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import msgspec
from authlib.common.security import is_secure_transport
from environs import Env, ValidationError

from shared.brokers import dynamic_security, mqtt
from shared.runtime.settings import reading

DOCUMENTS_MOST_BYTES = 50 * 1024 * 1024


class OidcSettings(NamedTuple):
    """Of the city's identity provider: all of them, or none."""

    issuer: str  # OIDC_ISSUER: https://…, as the provider calls itself; http:// on this machine only
    client_id: str  # OIDC_CLIENT_ID
    client_secret_file: Path  # OIDC_CLIENT_SECRET_FILE


class Settings(NamedTuple):
    """Of the HTTP process."""

    database_url: str  # DATABASE_URL: sqlite:////absolute/path.db, or postgresql+psycopg://…
    mqtt_url: str  # MQTT_URL: mqtt://user:password@host:port, an account that may administer dynamic security
    signing_key_file: Path  # SIGNING_KEY_FILE: Ed25519 keys in PEM, made by the bootstrap; read again when it changes
    public_url: str  # PUBLIC_URL: where callers reach this API
    documents_dir: Path  # DOCUMENTS_DIR: where the bytes of evidence documents are kept
    documents_most_bytes: int = DOCUMENTS_MOST_BYTES  # DOCUMENTS_MOST_BYTES: of one document
    oidc: OidcSettings | None = None


class BootstrapSettings(NamedTuple):
    """Of the bootstrap."""

    database_url: str
    signing_key_file: Path
    credentials_dir: Path  # CREDENTIALS_DIR: where the first keys are written


class BrokerSettings(NamedTuple):
    """Of the commands that look after the broker's accounts."""

    database_url: str
    accounts: Mapping[str, str]  # BROKER_ACCOUNTS_FILE: {"mosquitto": {account: password}}, those of our machines


def read() -> Settings:
    """The settings of the HTTP process, from the environment.

    :raises SystemExit: if any is missing or malformed; all of them are named
    """
    with reading() as env:
        return Settings(
            database_url=env.str("DATABASE_URL"),
            mqtt_url=env.str("MQTT_URL", validate=_is_mqtt),
            signing_key_file=env.path("SIGNING_KEY_FILE", validate=_is_file),
            public_url=env.str("PUBLIC_URL"),
            documents_dir=env.path("DOCUMENTS_DIR"),
            documents_most_bytes=env.int("DOCUMENTS_MOST_BYTES", DOCUMENTS_MOST_BYTES, validate=_is_positive),
            oidc=_oidc(env),
        )


def read_bootstrap() -> BootstrapSettings:
    """The settings of the bootstrap, from the environment.

    :raises SystemExit: if any is missing or malformed; all of them are named
    """
    with reading() as env:
        return BootstrapSettings(
            database_url=env.str("DATABASE_URL"),
            signing_key_file=env.path("SIGNING_KEY_FILE"),
            credentials_dir=env.path("CREDENTIALS_DIR"),
        )


def read_database_url() -> str:
    """DATABASE_URL alone, for commands that only read.

    :raises SystemExit: if it is missing
    """
    with reading() as env:
        url: str = env.str("DATABASE_URL")
    return url


def read_signing_key_file() -> Path:
    """SIGNING_KEY_FILE alone, for the command that adds a key to it.

    :raises SystemExit: if it is missing
    """
    with reading() as env:
        path: Path = env.path("SIGNING_KEY_FILE", validate=_is_file)
    return path


def read_documents() -> tuple[str, Path]:
    """DATABASE_URL and DOCUMENTS_DIR.

    :raises SystemExit: if any is missing; both are named
    """
    with reading() as env:
        return env.str("DATABASE_URL"), env.path("DOCUMENTS_DIR")


def read_mqtt_url() -> str:
    """MQTT_URL alone.

    :raises SystemExit: if it is missing or malformed
    """
    with reading() as env:
        url: str = env.str("MQTT_URL", validate=_is_mqtt)
    return url


def read_broker_accounts() -> BrokerSettings:
    """The database and the passwords of our machines at the broker.

    :raises SystemExit: if either is missing or malformed
    """
    with reading() as env:
        url = env.str("DATABASE_URL")
        path = env.path("BROKER_ACCOUNTS_FILE", validate=_tells_accounts)
    return BrokerSettings(url, _accounts(path))


def _accounts(path: Path) -> dict[str, str]:
    accounts: dict[str, str] = msgspec.convert(msgspec.json.decode(path.read_bytes())["mosquitto"], dict[str, str])
    return accounts


def _tells_accounts(path: Path) -> None:
    try:
        for name in _accounts(path):
            dynamic_security.machine(name)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ValidationError(f'{path} should be {{"mosquitto": {{"admin": "password", …}}}}: {error}') from error


def _oidc(env: Env) -> OidcSettings | None:
    if all(env.str(name, None) is None for name in ("OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET_FILE")):
        return None
    return OidcSettings(
        issuer=env.str("OIDC_ISSUER", validate=_is_secure),
        client_id=env.str("OIDC_CLIENT_ID"),
        client_secret_file=env.path("OIDC_CLIENT_SECRET_FILE", validate=_is_secret),
    )


def _is_secure(url: str) -> None:
    if not is_secure_transport(url):
        raise ValidationError(f"not https://…: {url}")


def _is_secret(path: Path) -> None:
    if not path.is_file() or not path.read_bytes().strip():
        raise ValidationError(f"no such file, or nothing in it: {path}")


def _is_mqtt(url: str) -> None:
    try:
        mqtt.parse(url)
    except ValueError as error:
        raise ValidationError(str(error)) from error


def _is_positive(number: int) -> None:
    if number < 1:
        raise ValidationError("must be 1 or more")


def _is_file(path: Path) -> None:
    if not path.is_file():
        raise ValidationError(f"no such file: {path}; the bootstrap makes it")
