"""The ports of a stack: each a setting; and who holds one that is taken."""

import random
import socket
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from deploy.local.failures import StackFailed

HOST = "127.0.0.1"
# Below Linux's range for outgoing connections (32768 on), so that no client of ours takes one between choice and use.
_FREE_FROM, _FREE_TO = 12_000, 32_000


@dataclass(frozen=True)
class Ports:
    """Loopback ports; ``mqtt`` is set by ``PILOTLIGHT_MQTT_PORT``, the others likewise."""

    registry: int = 8101
    telemetry: int = 8102
    adoption: int = 8103
    mqtt: int = 18830
    amqp: int = 56720
    amqp_dist: int = 56721
    epmd: int = 56722
    influx: int = 18086
    influx_rpc: int = 18088

    def as_dict(self) -> dict[str, int]:
        """Port by name."""
        return asdict(self)


def setting_of(name: str) -> str:
    """The environment variable that sets a port."""
    return f"PILOTLIGHT_{name.upper()}_PORT"


def from_environment(environment: Mapping[str, str]) -> Ports:
    """The default ports, each replaced by its setting where there is one.

    :raises StackFailed: if a setting is no port, or two are equal; all that is wrong is named
    """
    chosen = Ports().as_dict()
    wrong = []
    for name in chosen:
        text = environment.get(setting_of(name))
        if text is None:
            continue
        if text.isascii() and text.isdigit() and 0 < int(text) < 65_536:
            chosen[name] = int(text)
        else:
            wrong.append(f"  {setting_of(name)}={text}: 不是端口号 / not a port")
    owners: dict[int, str] = {}
    for name, port in chosen.items():
        if port in owners:
            wrong.append(f"  {setting_of(name)}={port}: 与 {setting_of(owners[port])} 相同 / the same port twice")
        owners[port] = name
    if wrong:
        raise StackFailed("端口设置有误 / port settings are wrong:\n" + "\n".join(wrong))
    return Ports(**chosen)


def free_ports() -> Ports:
    """Ports that nobody listens on now, at random, so that several stacks can start side by side."""
    names = [field.name for field in fields(Ports)]
    chosen: dict[str, int] = {}
    while len(chosen) < len(names):
        port = random.randrange(_FREE_FROM, _FREE_TO)
        if port not in chosen.values() and is_free(port):
            chosen[names[len(chosen)]] = port
    return Ports(**chosen)


def is_free(port: int) -> bool:
    """Whether a server could listen on this loopback port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a connection in TIME_WAIT does not count
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


def check_free(wanted: Mapping[str, int]) -> None:
    """Make sure that nobody listens on these ports.

    :raises StackFailed: naming every port taken, who holds it and the setting that changes it
    """
    taken = [
        f"  {port} ({name}): {_holder(port)}; 可用 {setting_of(name)} 换端口 / set {setting_of(name)} to another port"
        for name, port in wanted.items()
        if not is_free(port)
    ]
    if taken:
        raise StackFailed("端口已被占用 / port already taken:\n" + "\n".join(taken))


def _holder(port: int) -> str:
    inodes = {f"socket:[{inode}]" for inode in _listening_inodes(port)}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if any(_target(descriptor) in inodes for descriptor in (process / "fd").iterdir()):
                words = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                return f"pid {process.name}: {words.strip()[:80]}"
        except OSError:
            continue  # gone meanwhile, or another user's
    return "另一用户的进程 / a process of another user"


def _target(descriptor: Path) -> str:
    try:
        return str(descriptor.readlink())
    except OSError:
        return ""  # closed meanwhile


def _listening_inodes(port: int) -> list[str]:
    """Column 2 is address:port in hex, column 4 the state (0A is LISTEN), column 10 the inode (proc(5))."""
    rows = [
        line.split() for table in ("/proc/net/tcp", "/proc/net/tcp6") for line in Path(table).read_text().splitlines()
    ]
    return [row[9] for row in rows if row[3] == "0A" and row[1].endswith(f":{port:04X}")]
