"""Everything a report shows, as one JSON document: read once, then printed, drawn and kept beside the page.

``figures`` by ``METRIC SCOPE``; ``reasons`` by metric, of the whole programme; ``daily`` by metric, scope and day;
``names`` and ``places`` say what a scope is called and where it is; ``disturbances`` are
those of :mod:`deploy.demo.disturbances`.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from deploy.demo.page import district_name, page
from deploy.demo.pictures import pictures
from deploy.demo.reading import METRICS, Reader

Json = dict[str, Any]
DAILY = {"H7a": "pilots", "H6": "pilots", "V2": "venues"}


def gather(
    reader: Reader,
    reported: Json,
    played: Json,
    disturbances: Sequence[Json],
    *,
    seed: int,
    made_at: str,
    outage_days: Sequence[str],
) -> Json:
    """The document of a city that has been played; ``reported`` are its figures and ledger, as they were checked."""
    city = reader.city
    sites = {collection: [site["slug"] for site in city[collection]] for collection in ("pilots", "venues")}
    return {
        "window": reader.window,
        "days": list(reader.days()),
        "seed": seed,
        "made_at": made_at,
        "registry_sequence": reader.status()["registry_sequence"],
        "city": {name: len(city[name]) for name in ("pilots", "venues", "dwellings", "slots", "devices")},
        "played": played,
        "metrics": reader.metrics(),
        "figures": reported["figures"],
        "reasons": {
            metric: reader.reasons(metric, "programme", "denominator" if figure["denominator"] else "numerator")
            for metric in METRICS
            for figure in [reported["figures"][f"{metric} programme"]]
        },
        "daily": {
            metric: {f"site:{slug}": reader.daily(metric, f"site:{slug}") for slug in sites[collection]}
            for metric, collection in DAILY.items()
        },
        "sites": sites,
        "scopes": {collection: reader.scopes(collection) for collection in sites},
        "names": _names(city),
        "places": _places(city),
        "outage_days": list(outage_days),
        "disturbances": list(disturbances),
        "ledger": reported["ledger"]["rows"],
    }


def write(document: Json, folder: Path) -> Path:
    """Write the page, its pictures and the document itself; the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "report.json").write_text(json.dumps(document, ensure_ascii=False, indent=1), encoding="utf-8")
    (folder / "index.html").write_text(page(document), encoding="utf-8")
    for number, picture in enumerate(pictures(document), start=1):
        (folder / f"{number}.svg").write_text(picture["svg"], encoding="utf-8")
    return folder


def _names(city: Json) -> dict[str, str]:
    sites = [*city["pilots"], *city["venues"]]
    names = {f"site:{site['slug']}": site["name"].removesuffix("(虚构)") for site in sites}
    names |= {f"district:{site['district']}": district_name(site["district"]) for site in sites}
    names |= {f"vendor:{one['slug']}": one["name"].removesuffix("(虚构)") for one in city["organisations"]}
    return names | {"programme": "合计 total"}


def _places(city: Json) -> dict[str, str]:
    return {f"site:{site['slug']}": district_name(site["district"]) for site in (*city["pilots"], *city["venues"])}
