"""Who was where on which civil day, as the city's rows tell it; and sums over sites by district."""

from datetime import date, timedelta

from simulators.oracle import Json

Device = tuple[str, str]
Integers = dict[str, int]


def in_force(since: str | None, until: str | None, day: str) -> bool:
    """Whether the half-open span of dates holds the day; without a beginning it holds none."""
    return since is not None and since <= day and (until is None or day < until)


def days_of(city: Json) -> list[str]:
    """The civil days of the city's window."""
    return days_between(city["from"], city["to"])


def days_between(since: str, before: str) -> list[str]:
    """The civil days of a half-open span."""
    first, until = date.fromisoformat(since), date.fromisoformat(before)
    return [(first + timedelta(days=number)).isoformat() for number in range((until - first).days)]


def slot_id(slot: Json) -> str:
    """``pilot/dwelling_ref/code``."""
    return f"{slot['pilot']}/{slot['dwelling_ref']}/{slot['code']}"


def installation_id(installation: Json) -> str:
    """``venue/zone/code``."""
    return f"{installation['venue']}/{installation['zone']}/{installation['code']}"


def bindings_by(city: Json, place: str) -> dict[str, list[Json]]:
    """Bindings by slot or by installation, as ``place`` says."""
    found: dict[str, list[Json]] = {}
    for binding in city["bindings"] + city["late_bindings"]:
        if place in binding:
            found.setdefault(binding[place], []).append(binding)
    return found


def by_device(rows: list[Json]) -> dict[Device, list[Json]]:
    """Rows by vendor and device."""
    found: dict[Device, list[Json]] = {}
    for row in rows:
        found.setdefault((row["vendor"], row["device"]), []).append(row)
    return found


def on_day(rows: list[Json], day: str) -> list[Json]:
    """The rows of bindings that are in force on the day."""
    return [row for row in rows if in_force(row["valid_from"], row.get("valid_to"), day)]


def in_all(city: Json, kind: str, sites: dict[str, Integers]) -> Json:
    """Sums of the sites' integers: in all, and by district (of ``pilots`` or ``venues``)."""
    total: Integers = {}
    districts: dict[str, Integers] = {}
    for site in city[kind]:
        for into in (total, districts.setdefault(site["district"], {})):
            for name, number in sites[site["slug"]].items():
                into[name] = into.get(name, 0) + number
    return {"total": total, "sites": sites, "districts": districts}
