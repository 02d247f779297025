"""Venues of which the registry was told more, generated: their register, acceptances, and counts of visits."""

from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from tests.unit.adoption.cities import FIRST, days
from tests.unit.adoption.cities_venues import vr_worlds
from tests.unit.adoption.world import Json


def entry(code: str, venue: str | None, source_on: date, district: str = "futian", kind: str = "MUSEUM") -> Json:
    names = {"code": code, "name": "名录场所", "source": "虚构名录", "source_on": source_on, "venue": venue}
    return names | {"district": district, "venue_type": kind}


def visits(period: str, count: int, method: str = "TICKETED", venue: str = "museum", zone: str = "hall") -> Json:
    names = {"venue": venue, "zone": zone, "period": period, "method": method, "count": count}
    return names | {"source": "虚构票务", "source_sha256": "0" * 64}


@st.composite
def told_worlds(draw: Any) -> tuple[Json, list[Json]]:
    """A world with a register of venues, acceptances, and counts of visits by the day or by hours of it."""
    city, found = draw(vr_worlds())
    for place in city["installations"]:
        place["accepted_on"] = draw(st.one_of(st.none(), days(), st.just(FIRST - timedelta(days=9))))
        place["accepted_by"] = draw(st.sampled_from([None, "区局", "区局"]))
    entries: list[tuple[str, str | None, str, str]]
    entries = [("e-1", "museum", "futian", "MUSEUM"), ("e-2", "library", "nanshan", "MUSEUM")]
    entries += [("e-3", None, "futian", "MUSEUM"), ("e-4", None, "luohu", "OTHER_PUBLIC")]
    sources = st.one_of(st.just(FIRST - timedelta(days=9)), days())
    city["venue_entries"] = [
        entry(code, venue, draw(sources), district, kind)
        for code, venue, district, kind in draw(st.lists(st.sampled_from(entries), unique=True))
    ]
    city["venue_counts"] = []
    for venue, zone in (("museum", "hall"), ("library", "attic")):
        for method in ("TICKETED", "FOOTFALL", "MANUAL"):
            for day in draw(st.sets(days(), max_size=4)):
                hours = draw(st.sampled_from([[""], [""], ["T09", "T17"], ["T09"], ["T00", "T23"]]))
                for hour in hours:
                    count = draw(st.sampled_from([0, 1, 1, 2, 3, 7]))
                    city["venue_counts"].append(visits(f"{day}{hour}", count, method, venue, zone))
    return city, found
