"""What a batch holds, by vendor, site and civil day of ``ts``, for the journal's index. Pure."""

from collections.abc import Sequence

from services.telemetry.model import Held, Outcome
from shared.contracts.civil_time import DAY_MS, OFFSET_MS


def held(outcomes: Sequence[Outcome]) -> list[Held]:
    """How many records were accepted of each vendor, site and day; 0 where all of them were parked.

    A replay accepts what was parked, and what was parked is read where it first stood: so that place is held too.
    """
    counts: dict[tuple[str, str, int], int] = {}
    for outcome in outcomes:
        vendor, site = outcome.vendor, outcome.site
        days = [(record.ts + OFFSET_MS) // DAY_MS for _, record in outcome.accepted]  # day_of, without a call each
        for day in set(days):
            counts[vendor, site, day] = counts.get((vendor, site, day), 0) + days.count(day)
        for aside in outcome.parked:
            counts.setdefault((vendor, site, aside.day), 0)
    return [Held(vendor, day, count, site) for (vendor, site, day), count in counts.items()]
