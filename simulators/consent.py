"""Who lives where, as the city's tenancies tell it: of a dwelling that refused nothing is to be kept."""

from simulators.city import City


def refusing_dwellings(city: City) -> set[str]:
    """``pilot/dwelling_ref`` of each dwelling that refused before the city's days and has not moved out."""
    last = city.until.isoformat()
    return {
        f"{tenancy['pilot']}/{tenancy['dwelling_ref']}"
        for tenancy in city.collections["tenancies"]
        if tenancy["consent"] in {"REFUSED", "WITHDRAWN"}
        and tenancy["consent_from"] <= city.first_day.isoformat()
        and tenancy.get("valid_to", last) >= last
    }


def refusing_devices(city: City) -> set[tuple[str, str]]:
    """Vendor and device of each that speaks of such a dwelling."""
    places = refusing_dwellings(city)
    return {(speaker.vendor, speaker.device) for speaker in city.speakers if speaker.place in places}
