"""Which of the sent records count: each once, not those that are nowhere stored, and none that was withdrawn."""

from datetime import datetime, timedelta, timezone

from simulators.oracle import Json

SHENZHEN = timezone(timedelta(hours=8))
Identity = tuple[str, str, str, int, int]


def day_of(ts_ms: int) -> str:
    """The civil day in Shenzhen, as ``2026-11-22``."""
    return datetime.fromtimestamp(ts_ms // 1000, SHENZHEN).date().isoformat()


def identity(line: Json) -> Identity:
    """Vendor, device, kind, ts and seq."""
    record = line["record"]
    return line["vendor"], line["device"], record["kind"], record["ts"], record.get("seq", 0)


def once_each(sent: list[Json]) -> list[Json]:
    """The lines whose identity was not there before."""
    seen = set()
    distinct = []
    for line in sent:
        named = identity(line)
        if named not in seen:
            seen.add(named)
            distinct.append(line)
    return distinct


def stored(city: Json, sent: list[Json]) -> list[Json]:
    """The distinct lines that end in the stores: none with an ``outcome``, none of a dwelling that refused."""
    refused = _refused_days(city)
    kept = []
    for line in once_each(sent):
        spans = refused.get((line["vendor"], line["device"]))
        day = day_of(line["record"]["ts"]) if spans else ""
        if "outcome" not in line and not any(since <= day < until for since, until in spans or ()):
            kept.append(line)
    return kept


def counting(lines: list[Json]) -> list[Json]:
    """The stored lines that make a figure: no tests, no voids, and nothing that a void takes back."""
    taken_back = set()
    for line in lines:
        record = line["record"]
        if record["kind"] == "void" and not record.get("test", False):
            of = record["of"]
            taken_back.add((line["vendor"], line["device"], of["kind"], of["ts"], of.get("seq", 0)))
    return [
        line
        for line in lines
        if line["record"]["kind"] != "void"
        and not line["record"].get("test", False)
        and identity(line) not in taken_back
    ]


def points(lines: list[Json]) -> dict[str, int]:
    """Records by kind, tests included."""
    count: dict[str, int] = {}
    for line in lines:
        kind = line["record"]["kind"]
        count[kind] = count.get(kind, 0) + 1
    return dict(sorted(count.items()))


def points_by_vendor_day(lines: list[Json]) -> dict[str, dict[str, int]]:
    """Records by vendor and civil day of ``ts``, tests included."""
    count: dict[str, dict[str, int]] = {}
    for line in lines:
        days = count.setdefault(line["vendor"], {})
        day = day_of(line["record"]["ts"])
        days[day] = days.get(day, 0) + 1
    return {vendor: dict(sorted(days.items())) for vendor, days in sorted(count.items())}


def _refused_days(city: Json) -> dict[tuple[str, str], list[tuple[str, str]]]:
    """For each device of a dwelling let without consent: the days on which nothing of it is kept."""
    refusing: dict[str, list[tuple[str, str]]] = {}
    for tenancy in city["tenancies"]:
        place = f"{tenancy['pilot']}/{tenancy['dwelling_ref']}"
        moved_in, word, moved_out = tenancy["valid_from"], tenancy["consent_from"], tenancy.get("valid_to", "9999")
        agreed = tenancy.get("given_from") or moved_in
        days = {
            "GIVEN": [(moved_in, word)],
            "REFUSED": [(moved_in, moved_out)],
            "WITHDRAWN": [(moved_in, agreed), (word, moved_out)],
        }
        refusing.setdefault(place, []).extend(days[tenancy["consent"]])
    spans: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for binding in city["bindings"] + city["late_bindings"]:
        place = binding.get("slot", "").rpartition("/")[0]
        for since, until in refusing.get(place, ()):
            both = max(since, binding["valid_from"]), min(until, binding.get("valid_to", "9999"))
            spans.setdefault((binding["vendor"], binding["device"]), []).append(both)
    return spans
