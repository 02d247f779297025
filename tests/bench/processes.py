"""What a process has used, read from the kernel."""

import os
from pathlib import Path


def processor_seconds(pid: int) -> float:
    """User and system time so far, all threads included (proc(5): stat, fields 14 and 15)."""
    fields = _stat(Path(f"/proc/{pid}/stat"))
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def group_processor_seconds(pid: int) -> float:
    """The same of a whole process group, by its leader: gunicorn's work is done by its child."""
    total = 0.0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            if int(_stat(stat)[2]) == pid:
                total += processor_seconds(int(stat.parent.name))
        except (FileNotFoundError, ProcessLookupError):
            continue  # it ended meanwhile
    return total


def resident_mib(pid: int) -> float:
    """Memory in RAM now, in MiB (proc(5): statm, field 2)."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def _stat(path: Path) -> list[str]:
    """The fields from the third on: the second, in brackets, may hold blanks."""
    return path.read_text().rpartition(")")[2].split()
