"""``play``: send a city's records and wait for every receipt."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from simulators.city import read_city
from simulators.commands import broker
from simulators.play import Manner, compose, play, write_sent
from simulators.stream import ONLY


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
    perform.add_argument("--shuffle", action="store_true", help="messages and records in another order")
    perform.add_argument("--repeat", type=int, default=1, help="how often everything is sent")
    perform.add_argument("--only", choices=ONLY)
    perform.add_argument("--bad", action="store_true", help="put some bad records among the good ones")
    perform.add_argument("--window", type=int, default=20, help="messages of a feed without a receipt at a time")
    perform.add_argument("--again-after", type=float, default=10, help="seconds without a receipt before sending again")
    perform.add_argument("--patience", type=float, default=60, help="seconds in which nothing moves before giving up")


def run(options: argparse.Namespace) -> int:
    """Play; the totals go to standard output, what has no receipt to standard error."""
    manner = Manner(
        speed=options.speed,
        heartbeat_minutes=options.heartbeat_minutes,
        shuffle=options.shuffle,
        repeat=options.repeat,
        only=options.only,
        bad=options.bad,
        window=options.window,
        again_after_s=options.again_after,
        patience_s=options.patience,
    )
    if not options.sent.parent.is_dir():
        raise ValueError(f"no folder for {options.sent}")
    score = compose(read_city(options.city), manner)
    totals = play(score, manner, options.broker, json.loads(options.credentials.read_text(encoding="utf-8")))
    if not totals["missing"]:
        write_sent(score.records, options.sent)
    print(json.dumps(totals, ensure_ascii=False))
    for topic, count in totals["missing"].items():
        print(f"no receipt for {count} messages on {topic}", file=sys.stderr)
    return 1 if totals["missing"] else 0
