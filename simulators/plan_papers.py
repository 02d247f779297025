"""Plan the papers that figures stand on: selections, legal bases, who lives where, and one dwelling that refuses.

Documents are invented and say so (虚构); their SHA-256 is that of their title. No person appears anywhere.
"""

import hashlib
from datetime import date, timedelta

from simulators.city import City
from simulators.household import lived_in


def plan_papers(city: City, refusals: int) -> None:
    """Add the papers of every pilot and the tenancies and months of every dwelling that is lived in."""
    for pilot in city.collections["pilots"]:
        _add_documents(city, pilot["slug"], pilot["name"])
    refusing = _refusing(city, refusals)
    months = sorted({day.isoformat()[:7] for day in (city.first_day, city.until - timedelta(days=1))})
    for dwelling in city.collections["dwellings"]:
        place = f"{dwelling['pilot']}/{dwelling['dwelling_ref']}"
        if "handed_over_on" not in dwelling:
            continue
        who = {"pilot": dwelling["pilot"], "dwelling_ref": dwelling["dwelling_ref"]}
        inhabited = lived_in(city, place)
        for month in months:
            city.add("occupancies", **who, month=month, occupied=inhabited)
        if inhabited:
            moved_in = dwelling["handed_over_on"]
            consent = "REFUSED" if place in refusing else "GIVEN"
            city.add("tenancies", **who, number=1, valid_from=moved_in, consent=consent, consent_from=moved_in)


def _add_documents(city: City, pilot: str, name: str) -> None:
    selected_on, number = city.first_day - timedelta(days=400), f"虚构试点函〔{city.first_day.year - 1}〕{pilot[-2:]}号"
    title = f"关于{name.removesuffix('(虚构)')}入选的通知(虚构)"
    city.add(
        "selections",
        pilot=pilot,
        code="selection-1",
        document_no=number,
        title=title,
        issued_on=selected_on.isoformat(),
        sha256=_sha256(title),
    )
    title = f"{name.removesuffix('(虚构)')}入住信息处理依据(虚构)"
    city.add(
        "legal_bases",
        pilot=pilot,
        code="occupancy-1",
        basis="STATUTORY_DUTY",
        document_no=number.replace("试点函", "数据函"),
        title=title,
        sha256=_sha256(title),
        valid_from=(city.first_day - timedelta(days=300)).isoformat(),
    )


def _refusing(city: City, count: int) -> set[str]:
    """Dwellings that are lived in and whose devices all speak from the first day to the last: no other fate is lost."""
    speaking: dict[str, int] = {}
    for speaker in city.speakers:
        if _always(speaker.first_day, speaker.until, city.first_day, city.until) and not speaker.test_only:
            speaking[speaker.place] = speaking.get(speaker.place, 0) + 1
    slots: dict[str, int] = {}
    for slot in city.collections["slots"]:
        place = f"{slot['pilot']}/{slot['dwelling_ref']}"
        slots[place] = slots.get(place, 0) + 1
    late = {binding["slot"].rsplit("/", 1)[0] for binding in city.collections["late_bindings"]}
    fit = [place for place in slots if speaking.get(place) == slots[place] and place not in late]
    fit = [place for place in fit if lived_in(city, place)]
    return set(city.random("refusals").sample(sorted(fit), min(count, len(fit))))


def _always(since: str, until: str, first: date, end: date) -> bool:
    return since <= first.isoformat() and end.isoformat() <= until


def _sha256(title: str) -> str:
    return hashlib.sha256(title.encode()).hexdigest()
