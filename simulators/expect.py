"""What is to be expected of a city and what was sent: the oracle's figures in one document."""

from simulators.oracle import Json
from simulators.oracle.homes import h1, h4, h6, h7
from simulators.oracle.lines import counting, points, points_by_vendor_day, stored
from simulators.oracle.minutes import Minutes, Outages
from simulators.oracle.parameters import Parameters
from simulators.oracle.venues import v2, v5


def expect(city: Json, sent: list[Json], outages: Outages | None = None, parameters: Parameters | None = None) -> Json:
    """Points per measurement and figures over the city's days, all late registrations made.

    ``outages`` are the approved ones, ``parameters`` those of the service that is judged, or else the policy page's.
    """
    numbers = parameters or Parameters()
    lines = stored(city, sent)
    counted = counting(lines)
    minutes = Minutes(city, counted, outages or [], numbers)
    return {
        "window": {"from": city["from"], "to": city["to"]},
        "points": points(lines),
        "points_by_vendor_day": points_by_vendor_day(lines),
        "H1": h1(city),
        "H4": h4(city, counted, minutes),
        "H6": h6(city, minutes),
        "H7": h7(city, counted, minutes, occupied_only=True),
        "H7a": h7(city, counted, minutes, occupied_only=False),
        "V2": v2(city, counted, minutes, numbers),
        "V5": v5(city, counted, minutes, numbers),
    }


def without_late(city: Json, sent: list[Json]) -> tuple[Json, list[Json]]:
    """The city and the lines as they count before the late devices are registered."""
    late = {(device["vendor"], device["device"]) for device in city["late_devices"]}
    known = [line for line in sent if (line["vendor"], line["device"]) not in late]
    return {**city, "late_devices": [], "late_bindings": [], "late_feed_bindings": []}, known
