"""``load``: send much by a formula; ``unfold``: list, record by record, what a load sent."""

import argparse
import json
import signal
import time
from itertools import filterfalse
from pathlib import Path
from typing import Any

from simulators.civil import DAY_MS
from simulators.commands import broker
from simulators.load.feed import Terms
from simulators.load.running import Load, Pace
from simulators.load.sequence import Sequence

PER_FEED = ("vendor", "feed", "site", "devices", "records", "pack", "kinds")


def add(commands: Any) -> None:
    """Describe ``load`` and ``unfold``."""
    load = commands.add_parser("load", help="send many records of a formula, measure the receipts")
    load.set_defaults(run=_load)
    load.add_argument("--broker", type=broker.address, default=broker.DEFAULT)
    load.add_argument("--credentials", type=Path, required=True, help='JSON: {"vendor.feed": "password", …}')
    load.add_argument("--feeds", type=Path, help="JSON: an array of objects with any of " + ", ".join(PER_FEED))
    load.add_argument("--vendor")
    load.add_argument("--feed")
    load.add_argument("--site")
    load.add_argument("--devices", type=int, default=100, help="named {feed}.00000, {feed}.00001, …")
    load.add_argument("--records", type=int, default=10_000)
    load.add_argument("--pack", type=int, default=1, help="records a message; 1: each on its device's own topic")
    load.add_argument("--kinds", default="usage,heartbeat,reading", help="in turns; named twice, twice as often")
    load.add_argument("--rate", type=float, default=0, help="messages/s over all feeds; 0: as fast as they are let go")
    load.add_argument("--receipts", action=argparse.BooleanOptionalAction, default=True)
    load.add_argument("--window", type=int, default=1_000, help="messages of a feed without a receipt at a time")
    load.add_argument("--again-after", type=float, default=10, help="seconds without a receipt before sending again")
    load.add_argument("--patience", type=float, default=120, help="seconds in which nothing moves before giving up")
    load.add_argument("--days", type=int, default=7, help="event times lie in so many days")
    load.add_argument("--start-ms", type=int, help="where these begin; by default so many days ago")
    load.add_argument("--seed", type=int, default=1)
    load.add_argument("--sent", type=Path, required=True, help="where to write the formula and what has no receipt")

    unfold = commands.add_parser("unfold", help="list the records of a load, as play writes them")
    unfold.set_defaults(run=_unfold)
    unfold.add_argument("--sent", type=Path, required=True, help="what load wrote")


def sequences(options: argparse.Namespace, now_ms: int) -> list[Sequence]:
    """What each feed of the options is to say.

    :raises ValueError: if a feed lacks something, or two feeds have one name
    """
    rows = json.loads(options.feeds.read_text(encoding="utf-8")) if options.feeds else [{}]
    start_ms = options.start_ms if options.start_ms is not None else now_ms - options.days * DAY_MS
    made = [_sequence({name: getattr(options, name) for name in PER_FEED} | row, options, start_ms) for row in rows]
    if len({(sequence.vendor, sequence.feed) for sequence in made}) < len(made):
        raise ValueError("a feed is named twice: an account has one connection")
    return made


def _sequence(row: dict[str, Any], options: argparse.Namespace, start_ms: int) -> Sequence:
    if unknown := set(row) - set(PER_FEED):
        raise ValueError(f"unknown in a feed: {', '.join(sorted(unknown))}; known: {', '.join(PER_FEED)}")
    if lacking := [name for name in ("vendor", "feed", "site") if not row[name]]:
        raise ValueError(f"a feed needs --{' and --'.join(lacking)}, or these in --feeds")
    kinds = row["kinds"].split(",") if isinstance(row["kinds"], str) else row["kinds"]
    row = row | {"kinds": tuple(kinds)}
    return Sequence(**row, start_ms=start_ms, days=options.days, seed=options.seed)


def _load(options: argparse.Namespace) -> int:
    if not options.sent.parent.is_dir():
        raise ValueError(f"no folder for {options.sent}")
    host, port = options.broker
    passwords = json.loads(options.credentials.read_text(encoding="utf-8"))
    terms = Terms(options.receipts, options.window, options.again_after)
    load = Load(sequences(options, time.time_ns() // 1_000_000), terms, host, port, passwords)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: load.stop())
    totals = load.run(Pace(options.rate, options.patience))
    load.write_sent(options.sent)
    print(json.dumps(totals, ensure_ascii=False))
    return 1 if totals["missing"] else 0


def _unfold(options: argparse.Namespace) -> int:
    with options.sent.open(encoding="utf-8") as rows:
        for row in map(json.loads, rows):
            published, unanswered = row.pop("published"), set(row.pop("unanswered"))
            sequence = Sequence(**row | {"kinds": tuple(row["kinds"])})
            for line in sequence.lines(filterfalse(unanswered.__contains__, range(published))):
                print(json.dumps(line, separators=(",", ":")))
    return 0
