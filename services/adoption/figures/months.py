"""Calendar months of Asia/Shanghai: which of them a window holds in full, and which it cuts."""

from collections.abc import Iterator
from datetime import timedelta
from typing import NamedTuple

from services.adoption.figures.counted import Window


class Months(NamedTuple):
    """The months a window touches: those it holds ``whole``, one after another, and those ``cut``."""

    whole: tuple[Window, ...]
    cut: tuple[Window, ...]

    @property
    def span(self) -> Window | None:
        """All days of the whole months; None where there is none."""
        return Window(self.whole[0].start, self.whole[-1].end) if self.whole else None


def months(window: Window) -> Months:
    """The months of a window; one counts as held only with its first and its last day."""
    touched = list(_touched(window))
    held = tuple(month for month in touched if window.start <= month.start and month.end <= window.end)
    return Months(held, tuple(month for month in touched if month not in held))


def _touched(window: Window) -> Iterator[Window]:
    first = window.start.replace(day=1)
    while first < window.end:
        following = (first + timedelta(days=31)).replace(day=1)
        yield Window(first, following)
        first = following
