"""Which sessions decide the uses of a window: those in it, and what before and after they may be merged with.

Before: as far as one session can reach. A session joins the run of the one just before it if some session of that run
ends at most the gap before; nothing that began earlier than that ends so late, and whether the sessions between are of
one run is settled among themselves. After: until no run that has begun can go on.
"""

from collections.abc import Callable

from services.adoption.figures.known import RawSession

LONGEST_RAW_MS = 86_400_000  # the contract's limit of one session record
Read = Callable[[int, int], list[RawSession]]  # a device's sessions that start in [from, to)


def reaching(read: Read, from_ms: int, to_ms: int, gap_ms: int, longest_ms: int) -> list[RawSession]:
    """The sessions by which those that start in [from_ms, to_ms) are merged; none is longer than ``longest_ms``."""
    found = read(from_ms - longest_ms - gap_ms, to_ms)
    read_until = to_ms
    while found:
        horizon = max(session.end for session in found) + gap_ms + 1
        more = read(read_until, horizon) if horizon > read_until else []
        if not more:
            break
        found += more
        read_until = horizon
    return found
