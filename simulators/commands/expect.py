"""``expect``: say what a reader of the policy would count in what was sent."""

import argparse
import json
from pathlib import Path
from typing import Any

from simulators.expect import expect, without_late
from simulators.oracle.parameters import read_parameters


def add(commands: Any) -> None:
    """Describe ``expect``."""
    oracle = commands.add_parser("expect", help="what a reader of the policy would count in what was sent")
    oracle.set_defaults(run=run)
    oracle.add_argument("--city", type=Path, required=True)
    oracle.add_argument("--sent", type=Path, required=True)
    oracle.add_argument("--outages", type=Path, help="approved ones, JSON: [{vendor, feed, from_ms, to_ms}, …]")
    oracle.add_argument("--parameters", type=Path, help="the service's instead of the policy's, JSON: {key: value}")
    oracle.add_argument("--without-late", action="store_true", help="before the late devices are registered")


def run(options: argparse.Namespace) -> int:
    """Count; the answer goes to standard output."""
    city = json.loads(options.city.read_text(encoding="utf-8"))
    with options.sent.open(encoding="utf-8") as lines:
        sent = [json.loads(line) for line in lines]
    if options.without_late:
        city, sent = without_late(city, sent)
    outages = json.loads(options.outages.read_text(encoding="utf-8")) if options.outages else []
    told = options.parameters
    parameters = read_parameters(json.loads(told.read_text(encoding="utf-8"))) if told else None
    print(json.dumps(expect(city, sent, outages, parameters)))
    return 0
