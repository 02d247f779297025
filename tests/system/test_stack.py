"""The whole stack as `make up` brings it up: healthy, private, and alive again after a kill."""

import json
import stat
from collections.abc import Iterator

import pytest

from deploy.local.programs import ALL
from deploy.local.stack import Stack
from tests.system.feed import Feed, Refused
from tests.system.polling import until
from tests.system.processes import addresses_listened_on, of_stack

LOOPBACK = {"0100007F", "00000000000000000000000001000000"}  # 127.0.0.1 and ::1 in /proc/net/tcp and tcp6


def connect(stack: Stack, user: str | None) -> Feed:
    passwords = json.loads((stack.credentials / "brokers.json").read_text())["mosquitto"]
    return Feed("127.0.0.1", stack.ports.mqtt, user, passwords.get(user))


@pytest.fixture
def health(stack: Stack) -> Iterator[Feed]:
    """A client that may log in and nothing else."""
    with connect(stack, "health") as feed:
        yield feed


def test_every_part_runs_and_is_healthy(stack: Stack) -> None:
    stack.wait_healthy(ALL, deadline_s=5)

    assert {name: state.state for name, state in stack.states().items()} == dict.fromkeys(ALL, "RUNNING")


def test_starting_it_again_changes_nothing(stack: Stack) -> None:
    before = {name: state.pid for name, state in stack.states().items()}

    stack.start()

    assert {name: state.pid for name, state in stack.states().items()} == before


@pytest.mark.parametrize("name", ["epmd", "mosquitto", "influxdb", "registry", "telemetry-worker", "adoption-worker"])
def test_a_killed_process_is_started_again(stack: Stack, name: str) -> None:
    killed = stack.kill(name)

    until(lambda: stack.pid(name), lambda pid: pid not in (0, killed))
    stack.wait_healthy(ALL)


def test_every_listener_is_private(stack: Stack) -> None:
    pids = [int(line.split()[0]) for line in of_stack(stack.folders.var)]

    addresses = addresses_listened_on(pids)
    assert addresses
    assert addresses <= LOOPBACK


def test_every_process_carries_the_mark_by_which_down_finds_it(stack: Stack) -> None:
    marked = {int(line.split()[0]) for line in of_stack(stack.folders.var)}

    assert {state.pid for state in stack.states().values()} <= marked


def test_keys_and_passwords_are_readable_by_their_owner_only(stack: Stack) -> None:
    kept = {path.name: stat.S_IMODE(path.stat().st_mode) for path in stack.credentials.iterdir()}

    assert {"admin.json", "telemetry.json", "adoption.json", "brokers.json"} <= set(kept)
    assert set(kept.values()) == {0o600}
    assert stat.S_IMODE(stack.credentials.stat().st_mode) == 0o700


def test_an_anonymous_client_is_refused(stack: Stack) -> None:
    with pytest.raises(Refused, match="Not authorized"), connect(stack, None):
        pass


def test_a_client_without_a_role_may_not_subscribe(health: Feed) -> None:
    for pattern in ("#", "telemetry/v1/#", "$share/ingest/telemetry/v1/#", "$SYS/#"):
        with pytest.raises(Refused, match="Not authorized"):
            health.subscribe(pattern)
