"""Give a broker that lost its state every account back: ``python -m services.registry.write_back --out FILE``.

Writes the file of Mosquitto's dynamic security, whole, for a broker that is down: our machines' accounts by their
passwords, every feed's by the hash that is kept of its password, so that no device needs a new one. 0 if every feed is
in it; 1 if some lack a hash, which are named and need a new password once the broker runs; 2 if nothing was written.
"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from services.registry.adapters.sql_database import SqlDatabase
from services.registry.broker_state import wanted
from services.registry.settings import read_broker_accounts
from shared.brokers import dynamic_security
from shared.brokers.dynamic_security import PasswordHash
from shared.contracts.registry import Feed
from shared.failures import Unavailable
from shared.runtime.private_files import write_private

Kept = Sequence[tuple[Feed, PasswordHash | None]]


def main() -> int:
    """Write the file."""
    parser = argparse.ArgumentParser(prog="python -m services.registry.write_back")
    parser.add_argument("--out", type=Path, required=True, help="dynamic-security.json of a broker that is down")
    path: Path = parser.parse_args().out
    if path.exists():
        return _say(2, f"文件已存在 / it is there already; stop the broker and move it away: {path}")
    settings = read_broker_accounts()
    database = SqlDatabase(settings.database_url, lambda: 0)
    try:
        with database.writing("write_back") as store:  # nobody opens a feed meanwhile
            kept = store.feeds_and_passwords()
            write_private(path, content(kept, settings.accounts))
    except (Unavailable, OSError) as error:
        return _say(2, f"未写入 / nothing was written: {error}")
    finally:
        database.close()
    lost = [f"{feed.vendor}/{feed.feed}" for feed, password in kept if password is None]
    for name in lost:
        _say(1, f"缺少密码散列 / no hash is kept, a new password is needed: POST /v1/feeds/{name}/password")
    return _say(bool(lost), f"已写入 / written: {path}, {len(kept) - len(lost)} of {len(kept)} feeds")


def content(kept: Kept, machines: Mapping[str, str]) -> bytes:
    """The file's content; ``machines`` are passwords by account."""
    there = [(feed, password) for feed, password in kept if password is not None]
    state = wanted((feed for feed, _ in there), machines)
    hashes = [*map(dynamic_security.hashed, machines.values()), *(password for _, password in there)]
    made = dynamic_security.document(dict(zip(state.clients.values(), hashes, strict=True)), state.roles)
    return msgspec.json.format(msgspec.json.encode(made), indent=1) + b"\n"


def _say(status: int, line: str) -> int:
    sys.stdout.write(line + "\n")
    return status


if __name__ == "__main__":
    raise SystemExit(main())
