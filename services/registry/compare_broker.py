"""Compare the broker's accounts with the registry's: ``python -m services.registry.compare_broker [--mend]``.

Names every difference; ``--mend`` puts right what the broker's commands can. 0 if nothing differs (any more), 1 if
something does, 2 if they could not be compared. Let ``MQTT_URL`` be ``admin``'s: as ``registry`` it would cut the
connection that the registry itself has at that moment.
"""

import argparse
import sys

from services.registry.adapters import mosquitto_state
from services.registry.adapters.mosquitto_control import connected
from services.registry.adapters.sql_database import SqlDatabase
from services.registry.broker_state import Difference, differences, wanted
from services.registry.settings import BrokerSettings, read_broker_accounts, read_mqtt_url
from shared.brokers import mqtt
from shared.failures import Unavailable

_WORDS = {
    "access": "默认权限不符 / access by default differs",
    "role": "角色权限不符 / a role's rights differ",
    "extra_role": "多余角色 / a role that the registry does not know",
    "missing": "账号缺失，须停机后用 write_back 恢复或换新密码 / an account is missing: write_back, or a new password",
    "roles": "账号角色不符 / an account has other roles",
    "disabled": "账号被停用 / an account is out of use that should be in use",
    "enabled": "账号未停用 / an account is in use that should be out of use",
    "extra": "多余账号 / an account that the registry does not know",
}


def main() -> int:
    """Compare, name, and mend if asked to."""
    parser = argparse.ArgumentParser(prog="python -m services.registry.compare_broker")
    parser.add_argument("--mend", action="store_true", help="put right what can be put right while the broker runs")
    mending: bool = parser.parse_args().mend
    try:
        found, left = compare(read_broker_accounts(), read_mqtt_url(), mending=mending)
    except Unavailable as error:
        sys.stdout.write(f"无法比较 / could not be compared: {error}\n")
        return 2
    for difference in found:
        mended = "" if difference in left else "  已改正 / put right"
        sys.stdout.write(f"{_WORDS[difference.what]}: {difference.name}{mended}\n")
    sys.stdout.write(f"{len(found)} 处差异 / differences, {len(left)} 处未改正 / left\n")
    return 1 if left else 0


def compare(settings: BrokerSettings, mqtt_url: str, *, mending: bool) -> tuple[list[Difference], list[Difference]]:
    """What differs, and what still does afterwards; nobody changes a feed meanwhile.

    :raises Unavailable: if the database or the broker does not answer
    """
    database = SqlDatabase(settings.database_url, lambda: 0)
    try:
        with connected(mqtt.parse(mqtt_url)) as control, database.writing("compare_broker") as store:
            should = wanted((feed for feed, _ in store.feeds_and_passwords()), settings.accounts)
            found = differences(should, mosquitto_state.listed(control))
            return found, mosquitto_state.mend(control, should, found) if mending else found
    finally:
        database.close()


if __name__ == "__main__":
    raise SystemExit(main())
