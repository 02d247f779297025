"""Plan the housing pilots: phases, dwellings, slots, and who supplies and carries each dwelling's devices.

Of four dwellings one has a home gateway with an account of its own, one speaks through the second cloud, the others
through the first.
"""

import random
from dataclasses import dataclass
from datetime import date, timedelta

from simulators.city import City
from simulators.districts import DISTRICTS
from simulators.plan_slots import Position, install

ESTATES = ("青禾家园", "云杉苑", "海棠里", "榕荫居", "听潮轩", "望月台")
ALWAYS = ("GATEWAY", "ACCESS_LOCK", "LIGHTING", "CONTROL_PANEL", "LIFE_SAFETY")
OFTEN = ("SHADING", "HVAC_AIR", "POWER_SOCKET", "INTRUSION_PRESENCE", "ENVIRONMENT", "LIGHTING")
HOUSING_TYPES = ("AFFORDABLE_RENTAL", "PUBLIC_RENTAL", "ALLOCATED_SALE")


@dataclass(frozen=True, slots=True)
class _Dwelling:
    """A dwelling and what serves it."""

    pilot: str
    ref: str
    vendor: str
    feed: str


def plan_homes(
    city: City, pilots: int, dwellings: int, interval_s: int, clouds: tuple[str, str], gateways: str
) -> None:
    """Add the pilots with ``dwellings`` in all, shared out evenly, to the city."""
    chance = city.random("homes")
    first_district = chance.randrange(len(DISTRICTS))
    slugs = [_add_pilot(city, number, first_district, chance) for number in range(1, pilots + 1)]
    positions: list[Position] = []
    for index in range(dwellings):
        pilot = slugs[index % pilots]
        turn = index // pilots % 4
        at_gateway = turn == 1
        vendor, feed = (gateways, f"gw-{index:04d}") if at_gateway else (clouds[turn == 3], "cloud")
        dwelling = _Dwelling(pilot, f"{chance.getrandbits(64):016x}", vendor, feed)
        installed_on = _add_dwelling(city, dwelling, index // pilots, chance)
        positions += [
            Position(pilot, dwelling.ref, code, category, vendor, feed, installed_on)
            for code, category in _codes(chance)
        ]
        if at_gateway:
            city.add("feeds", vendor=vendor, feed=feed, sites=[pilot], vendor_cloud=False)
    for cloud in clouds:
        if served := sorted({position.pilot for position in positions if position.vendor == cloud}):
            city.add("feeds", vendor=cloud, feed="cloud", sites=served, vendor_cloud=True)
    install(city, positions, clouds[0], interval_s)


def _add_pilot(city: City, number: int, first_district: int, chance: random.Random) -> str:
    slug = f"home-{number:02d}"
    estate = ESTATES[(number - 1) % len(ESTATES)]
    city.add(
        "pilots",
        slug=slug,
        name=f"{estate}{number}号保障性住房全屋智能试点(虚构)",
        district=DISTRICTS[(first_district + number - 1) % len(DISTRICTS)],
        housing_type=HOUSING_TYPES[(number - 1) % len(HOUSING_TYPES)],
        funding_source="GOV_INVESTED" if number % 2 else "MIXED",
        registration_code=f"SIM-{city.seed}-{number:03d}",
        construction_start_date=(city.first_day - timedelta(days=chance.randrange(700, 900))).isoformat(),
    )
    for phase, name in ((1, "一期"), (2, "二期")):
        city.add("phases", pilot=slug, number=phase, name=name)
    return slug


def _add_dwelling(city: City, dwelling: _Dwelling, number: int, chance: random.Random) -> date:
    """Add the dwelling; its devices are put in some days before it is handed over, if it is."""
    handed_over_on = city.first_day - timedelta(days=chance.randrange(20, 200))
    installed_on = handed_over_on - timedelta(days=chance.randrange(3, 15))
    city.add(
        "dwellings",
        pilot=dwelling.pilot,
        phase=1 + number % 2,
        dwelling_ref=dwelling.ref,
        handed_over_on=None if chance.random() < 0.06 else handed_over_on.isoformat(),
    )
    return installed_on


def _codes(chance: random.Random) -> list[tuple[str, str]]:
    """A realistic mix of six to eight positions: (code, category)."""
    categories = [*ALWAYS, *chance.sample(OFTEN, chance.choice((1, 2, 2, 3)))]
    return [
        (f"{category.lower().replace('_', '-')}-{categories[: index + 1].count(category)}", category)
        for index, category in enumerate(categories)
    ]
