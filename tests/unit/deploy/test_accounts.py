import base64
import hashlib
import stat
from pathlib import Path

from deploy.local import accounts


def test_passwords_are_made_once_and_kept_with_mode_600(tmp_path: Path) -> None:
    first = accounts.keep(tmp_path)
    again = accounts.keep(tmp_path)

    assert first.password("influxdb", "admin") == again.password("influxdb", "admin")
    assert stat.S_IMODE((tmp_path / "brokers.json").stat().st_mode) == 0o600


def test_no_two_accounts_share_a_password(tmp_path: Path) -> None:
    kept = accounts.keep(tmp_path)

    passwords = [kept.password(server, user) for server, users in accounts.ACCOUNTS.items() for user in users]

    assert len(set(passwords)) == len(passwords)


def test_rabbitmq_hash_is_salt_then_sha256_of_salt_and_password() -> None:
    # The worked example of RabbitMQ's documentation: salt 908D C60A, password test12.
    raw = bytes.fromhex("908DC60A") + hashlib.sha256(bytes.fromhex("908DC60A") + b"test12").digest()
    assert base64.b64encode(raw) == b"kI3GCqW5JLMJa4iX1lo7X4D6XbYqlLgxIs30+P6tENUV2POR"

    made = base64.b64decode(accounts.rabbitmq_hash("test12"))

    assert made[4:] == hashlib.sha256(made[:4] + b"test12").digest()
