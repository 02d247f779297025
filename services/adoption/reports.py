"""What the commands say of device-days: Chinese first, English beside it."""

from collections.abc import Iterable, Iterator
from typing import Any

from services.adoption import strips
from services.adoption.facts import STRIP_NAMES
from services.adoption.pictures import Difference
from services.adoption.rebuilding import Changed
from shared.contracts.civil_time import date_from_day
from shared.runtime.catalogue import LANGUAGES, say

MOST_SHOWN = 5


def in_both(key: str, **params: Any) -> str:
    """A message in both languages, on one line."""
    return " / ".join(say(key, language, **params) for language in LANGUAGES)


def changed_line(changed: Changed, site: str) -> str:
    """What a rebuild changed of a device-day."""
    return in_both("adoption.changed", **_place(changed.vendor, changed.device, changed.day, site, changed.what))


def differing_lines(device_day: tuple[str, str, int], site: str, differences: Iterable[Difference]) -> Iterator[str]:
    """One line for each strip or table of a device-day that differs."""
    by_what: dict[str, list[Difference]] = {}
    for difference in differences:
        by_what.setdefault(difference.what, []).append(difference)
    for what, found in sorted(by_what.items()):
        place = _place(*device_day, site, [what])
        if any(difference.item == () for difference in found):
            yield in_both("adoption.differs_from_journal", **place)
            continue
        only_facts = [difference.item for difference in found if difference.in_facts]
        only_influx = [difference.item for difference in found if not difference.in_facts]
        key = "adoption.differs_in_minutes" if what in STRIP_NAMES else "adoption.differs_in_rows"
        yield in_both(key, **place, **_shown(only_facts, "facts"), **_shown(only_influx, "influx"))


def _place(vendor: str, device: str, day: int, site: str, what: Iterable[str]) -> dict[str, Any]:
    names = ", ".join(what)
    return {"site": site, "vendor": vendor, "device": device, "day": date_from_day(day).isoformat(), "what": names}


def _shown(items: list[Any], of: str) -> dict[str, Any]:
    if all(isinstance(item, int) for item in items):
        shown = [f"{minute // 60:02d}:{minute % 60:02d}" for minute in strips.minutes(strips.of(items))]
    else:
        shown = sorted(str(item) for item in items)
    more = " …" if len(shown) > MOST_SHOWN else ""
    return {f"count_{of}": len(items), f"shown_{of}": f" ({', '.join(shown[:MOST_SHOWN])}{more})" if shown else ""}
