"""Plan what goes wrong in a city of twelve days and more, so that a report can show the effect.

An outage of a cloud that serves several pilots; a batch that comes nine days late; a device that is swapped; a week
that a vendor withdraws. Each is a row of ``disturbances`` with an id, when it is, and what it touches. Times are epoch
milliseconds, half-open; ``on`` is a civil day.
"""

from collections import Counter
from datetime import timedelta

from simulators.city import City, Row
from simulators.civil import DAY_MS, HOUR_MS, start_ms
from simulators.consent import refusing_dwellings
from simulators.household import lived_in

SHORTEST_DAYS = 12
OUTAGE_DAY, OUTAGE_HOURS = 5, (8, 14)
LATE_DAY, LATE_BY_DAYS = 2, 9
WEEK_FROM_DAY, WITHDRAWN_ON_DAY = 1, 11
AT_TEN_MS = 10 * HOUR_MS


def plan_disturbances(city: City, clouds: tuple[str, str]) -> None:
    """Add the four, if the city's days suffice; the swap is one that the slots have in any case.

    The first cloud has the outage; the second is late and withdraws, if it serves anybody.
    """
    if (city.until - city.first_day).days < SHORTEST_DAYS:
        return
    first_ms, outage_vendor = start_ms(city.first_day), clouds[0]
    late_vendor = clouds[any(speaker.vendor == clouds[1] for speaker in city.speakers)]
    late_batch = _late_batch(city, late_vendor, first_ms + LATE_DAY * DAY_MS)
    city.disturbances.append(_outage(city, outage_vendor, first_ms + OUTAGE_DAY * DAY_MS))
    city.disturbances.append(late_batch)
    city.disturbances.extend(_swap(city))
    city.disturbances.extend(_withdrawal(city, late_vendor, late_batch["site"], first_ms))


def _outage(city: City, vendor: str, day_ms: int) -> Row:
    touched = [s for s in city.speakers if (s.vendor, s.feed) == (vendor, "cloud")]
    opens, closes = OUTAGE_HOURS
    return {
        "id": "outage-1",
        "kind": "vendor_outage",
        "vendor": vendor,
        "feed": "cloud",
        "from_ms": day_ms + opens * HOUR_MS,
        "to_ms": day_ms + closes * HOUR_MS,
        "sites": sorted({speaker.site for speaker in touched}),
        "devices": len(touched),
    }


def _late_batch(city: City, vendor: str, day_ms: int) -> Row:
    devices = Counter(s.site for s in city.speakers if (s.vendor, s.feed) == (vendor, "cloud"))
    site = max(sorted(devices), key=lambda slug: devices[slug])
    return {
        "id": "late-1",
        "kind": "late_batch",
        "vendor": vendor,
        "feed": "cloud",
        "site": site,
        "from_ms": day_ms,
        "to_ms": day_ms + DAY_MS,
        "sent_ms": day_ms + LATE_BY_DAYS * DAY_MS + AT_TEN_MS,
        "devices": devices[site],
    }


def _swap(city: City) -> list[Row]:
    """The slot in which one device followed another and both speak."""
    speaking = {(speaker.vendor, speaker.device) for speaker in city.speakers}
    spoken: dict[str, list[Row]] = {}
    for binding in city.collections["bindings"]:
        if "slot" in binding and (binding["vendor"], binding["device"]) in speaking:
            spoken.setdefault(binding["slot"], []).append(binding)
    return [
        {
            "id": "swap-1",
            "kind": "swapped_device",
            "vendor": old["vendor"],
            "slot": slot,
            "old": old["device"],
            "new": new["device"],
            "on": new["valid_from"],
        }
        for slot, (old, *newer) in spoken.items()
        for new in newer
    ]


def _withdrawal(city: City, vendor: str, late_site: str, first_ms: int) -> list[Row]:
    """A dwelling that is lived in, with as many speaking devices as can be; if it can be, not of the late site."""
    refused = refusing_dwellings(city)
    steady = Counter(
        s.place
        for s in city.speakers
        if (s.vendor, s.feed) == (vendor, "cloud") and s.place not in refused and lived_in(city, s.place)
    )
    if not steady:
        return []
    apart = [place for place in sorted(steady) if not place.startswith(f"{late_site}/")]
    dwelling = max(apart or sorted(steady), key=lambda place: steady[place])
    from_ms = first_ms + WEEK_FROM_DAY * DAY_MS
    withdrawn: Row = {
        "id": "withdrawal-1",
        "kind": "withdrawn_week",
        "vendor": vendor,
        "dwelling": dwelling,
        "from_ms": from_ms,
        "to_ms": from_ms + 7 * DAY_MS,
        "sent_ms": first_ms + WITHDRAWN_ON_DAY * DAY_MS + AT_TEN_MS,
        "devices": steady[dwelling],
        "days": [(city.first_day + timedelta(days=WEEK_FROM_DAY + day)).isoformat() for day in range(7)],
    }
    return [withdrawn]
