"""``play``: send a city's records and wait for every receipt."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from simulators.city import City, read_city
from simulators.commands import broker
from simulators.faults import read_share
from simulators.play import play
from simulators.score import Manner, compose, write_sent
from simulators.stream import ONLY
from simulators.trial import Trial, drained, set_clock


def add(commands: Any) -> None:
    """Describe ``play``."""
    perform = commands.add_parser("play", help="send the city's records and wait for every receipt")
    perform.set_defaults(run=run)
    perform.add_argument("--city", type=Path, required=True)
    perform.add_argument("--credentials", type=Path, required=True, help='JSON: {"vendor.feed": "password", …}')
    perform.add_argument("--broker", type=broker.address, default=broker.DEFAULT)
    perform.add_argument(
        "--sent", type=Path, required=True, help="where to write the distinct records, once all have their receipts"
    )
    perform.add_argument("--speed", type=float, default=0, help="event time over wall time; 0: as receipts allow")
    perform.add_argument("--heartbeat-minutes", type=int, help="instead of the devices' reporting interval")
    perform.add_argument("--repeat", type=int, default=1, help="how often everything is sent")
    perform.add_argument("--only", choices=ONLY)
    perform.add_argument("--window", type=int, default=20, help="messages of a feed without a receipt at a time")
    perform.add_argument("--again-after", type=float, default=10, help="seconds without a receipt before sending again")
    perform.add_argument("--patience", type=float, default=60, help="seconds in which nothing moves before giving up")
    _add_faults(perform.add_argument_group("faults, each with draws of its own"))
    days = perform.add_argument_group("day by day")
    days.add_argument("--trial-clock", type=Path, help='the services\' clock, a file {"now_ms": …} that this moves')
    days.add_argument(
        "--drained", type=Path, action="append", default=[], help="a worker's health file; a day ends when it is empty"
    )


def _add_faults(faults: Any) -> None:
    faults.add_argument("--shuffle", action="store_true", help="messages and records in another order")
    faults.add_argument("--duplicate", type=float, default=0, metavar="SHARE", help="messages sent twice")
    faults.add_argument("--late", type=read_share, metavar="SHARE:HOURS", help="messages held back")
    faults.add_argument("--bad", action="store_true", help="twelve bad records among the good ones, four flaws")
    faults.add_argument("--malformed", type=float, default=0, metavar="SHARE", help="unreadable messages beside these")
    faults.add_argument("--skew", type=read_share, metavar="SHARE:SECONDS", help="devices whose clock is ahead")
    faults.add_argument("--unknown", type=int, default=0, metavar="N", help="devices that nobody registered")
    faults.add_argument(
        "--outage", action="append", default=[], metavar="VENDOR.FEED:DAY:FROM-TO[:late]", help="hours of a civil day"
    )


def run(options: argparse.Namespace) -> int:
    """Play; the totals go to standard output, what has no receipt to standard error."""
    if not options.sent.parent.is_dir():
        raise ValueError(f"no folder for {options.sent}")
    city, manner = read_city(options.city), _manner(options)
    score = compose(city, manner)
    passwords = json.loads(options.credentials.read_text(encoding="utf-8"))
    totals, rejected = play(score, manner, options.broker, passwords, _trial(city, options))
    if not totals["missing"] and not totals["given_up"]:
        write_sent(score.records, options.sent, rejected)
    print(json.dumps(totals, ensure_ascii=False))
    for topic, count in totals["missing"].items():
        print(f"no receipt for {count} messages on {topic}", file=sys.stderr)
    return 1 if totals["missing"] or totals["given_up"] else 0


def _manner(options: argparse.Namespace) -> Manner:
    return Manner(
        speed=options.speed,
        heartbeat_minutes=options.heartbeat_minutes,
        shuffle=options.shuffle,
        repeat=options.repeat,
        only=options.only,
        bad=options.bad,
        malformed=options.malformed,
        duplicate=options.duplicate,
        late=options.late,
        skew=options.skew,
        unknown=options.unknown,
        outages=tuple(options.outage),
        window=options.window,
        again_after_s=options.again_after,
        patience_s=options.patience,
    )


def _trial(city: City, options: argparse.Namespace) -> Trial | None:
    clock, files = options.trial_clock, options.drained
    if (clock is None) != (not files):
        raise ValueError("--trial-clock and --drained go together")
    if clock is None:
        return None
    return Trial(city.first_day, lambda now_ms: set_clock(clock, now_ms), lambda since_s: drained(files, since_s))
