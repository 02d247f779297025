"""What each category of device measures, how often, and how it looks over a day. Units are in the names."""

import math
import random
from collections.abc import Callable

from simulators.civil import DAY_MS, HOUR_MS

Values = dict[str, float | bool]
Measure = Callable[[random.Random, float], Values]


def _climate(chance: random.Random, hour: float) -> Values:
    return {"temperature_c": _temperature_c(chance, hour), "target_c": chance.choice((24, 25, 26))}


def _air(chance: random.Random, hour: float) -> Values:
    return {
        "temperature_c": _temperature_c(chance, hour),
        "humidity_pct": round(chance.gauss(64, 7), 1),
        "co2_ppm": chance.randrange(420, 1100),
    }


def _power(chance: random.Random, hour: float) -> Values:
    busy = hour >= 18.5 or 6.5 <= hour < 8
    return {"power_w": round(chance.uniform(20, 900), 1) if busy else 0, "on": busy}


def _presence(chance: random.Random, hour: float) -> Values:
    return {"presence": (hour >= 18 or hour < 8) and chance.random() < 0.8}


def _battery(chance: random.Random, _hour: float) -> Values:
    return {"battery_pct": chance.randrange(40, 100), "alarm": False}


def _temperature_c(chance: random.Random, hour: float) -> float:
    return round(24 + 2.5 * math.sin((hour - 9) / 24 * math.tau) + chance.gauss(0, 0.4), 1)


READINGS: dict[str, tuple[int, Measure]] = {
    "HVAC_AIR": (HOUR_MS, _climate),
    "ENVIRONMENT": (HOUR_MS, _air),
    "POWER_SOCKET": (HOUR_MS, _power),
    "INTRUSION_PRESENCE": (HOUR_MS, _presence),
    "LIFE_SAFETY": (DAY_MS, _battery),
    "ACCESS_LOCK": (DAY_MS, _battery),
}
