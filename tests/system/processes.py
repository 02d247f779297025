"""What runs for a stack, found without asking the stack: by the variable each of its processes inherited."""

import os
from pathlib import Path


def of_stack(var: Path) -> list[str]:
    """The processes of the stack in this folder, as "id command line"."""
    mark = f"\0PILOTLIGHT_STACK={var}\0".encode()
    found = []
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit() or int(folder.name) == os.getpid():
            continue
        try:
            if mark in b"\0" + (folder / "environ").read_bytes():
                words = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                found.append(f"{folder.name} {words}")
        except OSError:
            continue  # it ended while we looked
    return found


def addresses_listened_on(pids: list[int]) -> set[str]:
    """The local addresses (hexadecimal, as in /proc/net/tcp) on which these processes accept connections."""
    sockets = set()
    for pid in pids:
        for descriptor in Path(f"/proc/{pid}/fd").iterdir():
            target = str(descriptor.readlink())
            if target.startswith("socket:["):
                sockets.add(target[len("socket:[") : -1])
    listening = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for row in Path(table).read_text().splitlines()[1:]:
            columns = row.split()
            if columns[3] == "0A" and columns[9] in sockets:
                listening.add(columns[1].split(":")[0])
    return listening
