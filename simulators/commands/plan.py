"""``plan``: write a city."""

import argparse
import json
from datetime import date
from pathlib import Path
from typing import Any

from simulators.plan import Wish, plan_city


def add(commands: Any) -> None:
    """Describe ``plan``."""
    plan = commands.add_parser("plan", help="write a city, the same for the same options")
    plan.set_defaults(run=run)
    plan.add_argument("--seed", type=int, required=True)
    plan.add_argument("--end", type=date.fromisoformat, required=True, help="the last civil day, like 2026-11-22")
    plan.add_argument("--days", type=int, default=7)
    plan.add_argument("--pilots", type=int, default=2)
    plan.add_argument("--venues", type=int, default=2)
    plan.add_argument("--dwellings", type=int, default=60, help="over all pilots")
    plan.add_argument("--heartbeat-minutes", type=int, default=30, help="the devices' reporting interval")
    plan.add_argument("--refusals", type=int, default=1, help="dwellings that refuse: their records are dropped")
    plan.add_argument("--out", type=Path, required=True)


def run(options: argparse.Namespace) -> int:
    """Plan and write; the sizes go to standard output."""
    wish = Wish(
        seed=options.seed,
        end=options.end,
        days=options.days,
        pilots=options.pilots,
        venues=options.venues,
        dwellings=options.dwellings,
        heartbeat_minutes=options.heartbeat_minutes,
        refusals=options.refusals,
    )
    city = plan_city(wish)
    options.out.write_text(city.text(), encoding="utf-8")
    sizes = {name: len(rows) for name, rows in city.collections.items()}
    print(json.dumps(sizes | {"speakers": len(city.speakers), "disturbances": len(city.disturbances)}))
    return 0
