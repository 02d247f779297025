"""What is left when a stack ends, in every way it can end; and the one clear error when it cannot start."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deploy.local.failures import StackFailed
from deploy.local.ports import Ports, free_ports, setting_of
from deploy.local.stack import Stack
from tests.system.polling import until
from tests.system.processes import of_stack

START_AND_WAIT = """
import sys, time
from pathlib import Path
from deploy.local.ports import free_ports
from deploy.local.stack import Stack
Stack(Path(sys.argv[1]), free_ports(), die_with_parent=True).start(only=["mosquitto"])
print("up", flush=True)
time.sleep(600)
"""


@pytest.fixture
def stack(make_stack: Callable[[], Stack]) -> Iterator[Stack]:
    """One that has not been started."""
    made = make_stack()
    yield made
    made.stop()


def command_line(word: str, var: Path, ports: Ports) -> subprocess.CompletedProcess[str]:
    settings = {setting_of(name): str(port) for name, port in ports.as_dict().items()}
    environment = {**os.environ, **settings, "PILOTLIGHT_VAR": str(var)}
    words = [sys.executable, "-m", "deploy.local", word]
    return subprocess.run(words, env=environment, capture_output=True, text=True, timeout=110, check=False)


def kill_supervisord(var: Path) -> None:
    os.kill(int((var / "run" / "supervisord.pid").read_text()), signal.SIGKILL)


def test_up_status_and_down_by_command_line_leave_nothing(tmp_path: Path) -> None:
    ports = free_ports()
    up = command_line("up", tmp_path, ports)
    try:
        status = command_line("status", tmp_path, ports)
    finally:
        down = command_line("down", tmp_path, ports)

    assert (up.returncode, up.stderr) == (0, "")
    assert f"http://127.0.0.1:{ports.registry}" in up.stdout
    assert f"{tmp_path}/credentials/admin.json" in up.stdout
    assert (status.returncode, status.stdout.count("正常 / ok")) == (0, 9)
    assert down.returncode == 0
    assert of_stack(tmp_path) == []
    assert command_line("status", tmp_path, ports).returncode == 1


def test_down_finds_what_is_left_when_supervisord_was_killed(stack: Stack) -> None:
    stack.start(only=["mosquitto", "influxdb"])
    kill_supervisord(stack.folders.var)
    orphans = until(lambda: of_stack(stack.folders.var), lambda left: len(left) == 2)

    stack.stop()

    assert {line.split()[1].rsplit("/", 1)[-1] for line in orphans} == {"mosquitto", "influxd"}
    assert of_stack(stack.folders.var) == []


def test_up_cleans_away_what_a_killed_supervisord_left(stack: Stack) -> None:
    stack.start(only=["mosquitto"])
    kill_supervisord(stack.folders.var)

    stack.start(only=["mosquitto"])

    stack.wait_healthy(["mosquitto"], deadline_s=5)


def test_down_does_not_touch_another_stack_whose_folder_begins_alike(tmp_path: Path) -> None:
    short = Stack(tmp_path / "var", free_ports(), die_with_parent=True)
    longer = Stack(tmp_path / "var2", free_ports(), die_with_parent=True)
    try:
        short.start(only=["mosquitto"])
        longer.start(only=["mosquitto"])
        short.stop()

        longer.wait_healthy(["mosquitto"], deadline_s=5)
        assert of_stack(short.folders.var) == []
    finally:
        longer.stop()
        short.stop()


def test_a_stack_for_tests_ends_with_the_process_that_started_it(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", START_AND_WAIT, str(tmp_path)], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == b"up\n"
        parent.kill()

    until(lambda: of_stack(tmp_path), lambda left: left == [])


def test_a_port_that_is_taken_is_one_clear_error(stack: Stack) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", stack.ports.mqtt))
        holder.listen()

        with pytest.raises(StackFailed) as failure:
            stack.start(only=["mosquitto"])

    assert f"{stack.ports.mqtt} (mqtt)" in str(failure.value)
    assert f"pid {os.getpid()}:" in str(failure.value)
    assert "PILOTLIGHT_MQTT_PORT" in str(failure.value)
    assert of_stack(stack.folders.var) == []


def test_a_part_that_does_not_become_healthy_is_named_with_its_log_and_all_is_stopped(stack: Stack) -> None:
    stack.start(only=["mosquitto"])
    stack.stop()
    (stack.folders.data / "mosquitto" / "mosquitto.db").write_text("not a database")

    with pytest.raises(StackFailed, match=r"mosquitto 未就绪 / is not healthy") as failure:
        stack.start(only=["mosquitto"])

    assert "Couldn't open database" in str(failure.value)
    assert of_stack(stack.folders.var) == []


def test_wrong_port_settings_are_all_reported_at_once(tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "PILOTLIGHT_VAR": str(tmp_path),
        "PILOTLIGHT_MQTT_PORT": "x",
        "PILOTLIGHT_EPMD_PORT": "0",
    }

    words = [sys.executable, "-m", "deploy.local", "up"]
    done = subprocess.run(words, env=environment, capture_output=True, text=True, timeout=30, check=False)

    assert done.returncode == 1
    assert "PILOTLIGHT_MQTT_PORT=x" in done.stderr
    assert "PILOTLIGHT_EPMD_PORT=0" in done.stderr
