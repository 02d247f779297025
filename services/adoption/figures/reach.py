"""Which sessions decide a window: those in it, and those before and after it that one of them may be merged with.

Whether the first session of a window is a use of its own depends on sessions before it, and on what came before those.
Wherever a device rested for longer than the gap, no run passes: from there on runs are the same whatever came before.
"""

from collections.abc import Callable, Sequence

from services.adoption.figures.known import RawSession

Read = Callable[[int, int], list[RawSession]]  # a device's sessions that start in [from, to), ascending by start


def reaching(read: Read, from_ms: int, to_ms: int, gap_ms: int, longest_ms: int) -> list[RawSession]:
    """The sessions that start in [from_ms, to_ms), and all before and after that their runs can hold.

    ``longest_ms`` bounds the length of one session, so that no earlier one can reach further.
    """
    found = _before(read, from_ms, gap_ms, longest_ms + gap_ms) + read(from_ms, to_ms)
    read_until = to_ms
    while found:
        horizon = max(session.end for session in found) + gap_ms + 1
        more = read(read_until, horizon) if horizon > read_until else []
        if not more:
            break
        found += more
        read_until = horizon
    return found


def _before(read: Read, from_ms: int, gap_ms: int, reach_ms: int) -> list[RawSession]:
    earlier: list[RawSession] = []
    read_from = from_ms
    while True:
        earlier = read(read_from - reach_ms, read_from) + earlier
        read_from -= reach_ms
        rested = _last_rest(earlier, from_ms, gap_ms)
        if rested - reach_ms >= read_from:  # nothing unread can reach that far
            return [session for session in earlier if session.ts >= rested]


def _last_rest(sessions: Sequence[RawSession], until_ms: int, gap_ms: int) -> int:
    """The latest time, at most ``until_ms``, to which no session that starts before it reaches, the gap included."""
    furthest = []
    end = 0
    for session in sessions:
        end = max(end, session.end)
        furthest.append(end)
    rested = until_ms
    for session, reached in zip(reversed(sessions), reversed(furthest), strict=True):
        if reached + gap_ms < rested:
            break
        rested = session.ts
    return rested
