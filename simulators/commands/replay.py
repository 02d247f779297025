"""``replay``: write a recorded home as a city, for ``play`` and ``expect`` as any other."""

import argparse
import json
from datetime import date
from pathlib import Path
from typing import Any

from simulators.districts import DISTRICTS
from simulators.recording import read_recording
from simulators.replay import Names, as_home, as_venue

BUILDERS = {"home": as_home, "venue": as_venue}


def add(commands: Any) -> None:
    """Describe ``replay``."""
    replay = commands.add_parser("replay", help="write a recorded home as a city")
    replay.set_defaults(run=run)
    replay.add_argument("--file", type=Path, required=True, help="start, end, location, type, place between tabs")
    replay.add_argument("--as", dest="kind", choices=tuple(BUILDERS), required=True)
    replay.add_argument("--end", type=date.fromisoformat, required=True, help="the civil day of the last end")
    replay.add_argument("--vendor", default="huifang")
    replay.add_argument("--site", help="replay-home or replay-venue by default")
    replay.add_argument("--district", choices=DISTRICTS, default="futian")
    replay.add_argument("--out", type=Path, required=True)


def run(options: argparse.Namespace) -> int:
    """Read, build and write; the sizes go to standard output."""
    names = Names(options.vendor, options.site or f"replay-{options.kind}", options.district)
    city = BUILDERS[options.kind](read_recording(options.file, options.end), options.end, names)
    options.out.write_text(city.text(), encoding="utf-8")
    sizes = {name: len(rows) for name, rows in city.collections.items() if rows}
    print(json.dumps(sizes | {"recorded": len(city.recorded)}))
    return 0
