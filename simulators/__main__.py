"""``python -m simulators plan | play | expect``: make a city, play its days through MQTT, say what to expect of it."""

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from simulators.city import read_city
from simulators.expect import expect, without_late
from simulators.plan import Wish, plan_city
from simulators.play import Manner, compose, play, write_sent
from simulators.stream import ONLY


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code: 0, or 1 if receipts are missing, or 2 if it cannot be done as asked."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except (ValueError, OSError) as error:
        print(f"simulators {options.command}: {error}", file=sys.stderr)
        return 2


def _plan(options: argparse.Namespace) -> int:
    wish = Wish(
        seed=options.seed,
        end=options.end,
        days=options.days,
        pilots=options.pilots,
        venues=options.venues,
        dwellings=options.dwellings,
        heartbeat_minutes=options.heartbeat_minutes,
    )
    city = plan_city(wish)
    options.out.write_text(city.text(), encoding="utf-8")
    print(json.dumps({name: len(rows) for name, rows in city.collections.items()} | {"speakers": len(city.speakers)}))
    return 0


def _play(options: argparse.Namespace) -> int:
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


def _expect(options: argparse.Namespace) -> int:
    city = json.loads(options.city.read_text(encoding="utf-8"))
    with options.sent.open(encoding="utf-8") as lines:
        sent = [json.loads(line) for line in lines]
    if options.without_late:
        city, sent = without_late(city, sent)
    print(json.dumps(expect(city, sent)))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m simulators", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)

    plan = commands.add_parser("plan", help="write a city, the same for the same options")
    plan.set_defaults(run=_plan)
    plan.add_argument("--seed", type=int, required=True)
    plan.add_argument("--end", type=date.fromisoformat, required=True, help="the last civil day, like 2026-11-22")
    plan.add_argument("--days", type=int, default=7)
    plan.add_argument("--pilots", type=int, default=2)
    plan.add_argument("--venues", type=int, default=2)
    plan.add_argument("--dwellings", type=int, default=60, help="over all pilots")
    plan.add_argument("--heartbeat-minutes", type=int, default=30, help="the devices' reporting interval")
    plan.add_argument("--out", type=Path, required=True)

    perform = commands.add_parser("play", help="send the city's records and wait for every receipt")
    perform.set_defaults(run=_play)
    perform.add_argument("--city", type=Path, required=True)
    perform.add_argument("--credentials", type=Path, required=True, help='JSON: {"vendor.feed": "password", …}')
    perform.add_argument("--broker", default="mqtt://127.0.0.1:18830")
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

    oracle = commands.add_parser("expect", help="what a reader of the policy would count in what was sent")
    oracle.set_defaults(run=_expect)
    oracle.add_argument("--city", type=Path, required=True)
    oracle.add_argument("--sent", type=Path, required=True)
    oracle.add_argument("--without-late", action="store_true", help="before the late devices are registered")
    return parser


if __name__ == "__main__":
    sys.exit(main())
