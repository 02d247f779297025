"""What must be done once before the services can use a server: InfluxDB's users and database, RabbitMQ's queues, the
registry's keys, a broker's lost accounts.
"""

import subprocess
import sys
import time
from typing import Any

import pika
import requests

from deploy.local.addresses import DATABASE, Addresses
from deploy.local.failures import StackFailed
from deploy.local.folders import ROOT, Folders
from deploy.local.programs import Program
from deploy.local.supervisord import environment
from deploy.local.waiting import tail
from shared.brokers import topology

_BOOTSTRAP_S = 120
_POLL_S = 0.1
_SOME_LACK_A_HASH = 1
_GRANTS = {"telemetry": "ALL", "adoption": "READ"}


def influxdb(addresses: Addresses, until: float) -> None:
    """Make InfluxDB's users and database, or set the passwords right; repeating it changes nothing.

    While nobody listens it tries again, ``until`` (monotonic) at most; the check of its health then says what is wrong.

    :raises StackFailed: if the server refuses
    """
    while time.monotonic() < until:
        try:
            _make_users_and_database(addresses)
        except requests.ConnectionError:
            time.sleep(_POLL_S)
        else:
            return


def _make_users_and_database(addresses: Addresses) -> None:
    admin = addresses.accounts.password("influxdb", "admin")
    first = f"CREATE USER admin WITH PASSWORD '{admin}' WITH ALL PRIVILEGES"
    if "error" in _ask(addresses, first):  # without a login only the very first user can be made: this one exists
        _query(addresses, "SHOW DATABASES")
    users = {row[0] for row in _query(addresses, "SHOW USERS")}
    _query(addresses, f"CREATE DATABASE {DATABASE}")
    for user, privilege in _GRANTS.items():
        password = addresses.accounts.password("influxdb", user)
        if user in users:
            _query(addresses, f"SET PASSWORD FOR {user} = '{password}'")
        else:
            _query(addresses, f"CREATE USER {user} WITH PASSWORD '{password}'")
        _query(addresses, f"GRANT {privilege} ON {DATABASE} TO {user}")


def rabbitmq(addresses: Addresses) -> None:
    """Declare the exchanges and queues at deployment; repeating it changes nothing.

    RabbitMQ 3.10 killed within some two seconds of a quorum queue's first declaration never finds its leader again:
    declared here, a queue is older than any traffic.
    """
    with pika.BlockingConnection(pika.URLParameters(addresses.amqp("telemetry"))) as connection:
        topology.declare(connection.channel())


def registry(folders: Folders, program: Program) -> None:
    """Let the registry make its database, its signing key and the first keys, each only if it is not there.

    :raises StackFailed: if that fails, with the end of its log
    """
    if _run(folders, program, "bootstrap") != 0:
        raise _failed(folders, "注册库初始化失败 / services.registry.bootstrap failed")


def broker_accounts(folders: Folders, program: Program) -> None:
    """Write a broker's lost accounts back, if there is a registry that knows them.

    :raises StackFailed: if that fails, with the end of the log
    """
    state = folders.data_of("mosquitto") / "dynamic-security.json"
    if state.exists() or not (folders.data_of("registry") / "registry.db").exists():
        return
    registry(folders, program)  # it may be of an earlier version
    if _run(folders, program, "write_back", "--out", str(state)) not in (0, _SOME_LACK_A_HASH):
        raise _failed(folders, "账号未能恢复 / services.registry.write_back failed")


def _run(folders: Folders, program: Program, module: str, *arguments: str) -> int:
    with folders.log_of("registry-bootstrap").open("ab") as output:
        return subprocess.run(
            [sys.executable, "-m", f"services.registry.{module}", *arguments],
            cwd=ROOT,
            env={**environment(folders), **program.environment},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            timeout=_BOOTSTRAP_S,
            check=False,
        ).returncode


def _failed(folders: Folders, what: str) -> StackFailed:
    log = folders.log_of("registry-bootstrap")
    return StackFailed(f"{what}\n  {log}:\n{tail(log)}")


def _query(addresses: Addresses, statement: str) -> list[list[Any]]:
    answer = _ask(addresses, statement, ("admin", addresses.accounts.password("influxdb", "admin")))
    if "error" in answer:
        raise StackFailed(f"InfluxDB: {answer['error']}")
    return [row for result in answer["results"] for series in result.get("series", []) for row in series["values"]]


def _ask(addresses: Addresses, statement: str, login: tuple[str, str] | None = None) -> dict[str, Any]:
    response = requests.post(f"{addresses.http('influx')}/query", data={"q": statement}, auth=login, timeout=10)
    answer: dict[str, Any] = response.json()
    failed = [result["error"] for result in answer.get("results", []) if "error" in result]
    return {"error": failed[0]} if failed else answer
