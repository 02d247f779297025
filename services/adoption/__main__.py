"""``python -m services.adoption scan | rebuild | reconcile``: what an operator asks of the facts.

The status is 0, 1 where something differs, 2 where the answer could not be had. Settings are the worker's.
"""

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from datetime import date

from services.adoption import settings
from services.adoption.adapters.influx_points import InfluxPoints
from services.adoption.adapters.sqlite_pictures import SqlitePictures
from services.adoption.adapters.sqlite_refolds import SqliteRefolds
from services.adoption.adapters.sqlite_scans import SqliteScans
from services.adoption.adapters.sqlite_stock import SqliteStock
from services.adoption.adapters.telemetry_journal import TelemetryJournal
from services.adoption.awaiting import Clock, TooLate
from services.adoption.rebuilding import rebuild_day
from services.adoption.reconciling import Paths, reconcile
from services.adoption.refolding import refold_waiting
from services.adoption.reports import changed_line, differing_lines, in_both
from services.adoption.scanning import scan
from shared.contracts.civil_time import day_from_date
from shared.failures import Unavailable
from shared.runtime import logs
from shared.runtime.service_client import ServiceClient

SAME, DIFFERENT, NO_ANSWER = 0, 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line asks for; the status."""
    logs.configure()
    asked = _parser().parse_args(arguments)
    if asked.word != "scan" and asked.to_day <= asked.from_day:
        print(in_both("adoption.no_days", from_day=asked.from_day, to_day=asked.to_day), file=sys.stderr)
        return NO_ANSWER
    command: Callable[[argparse.Namespace], int] = asked.command
    try:
        return command(asked)
    except Unavailable as failure:
        print(in_both("adoption.unavailable", part=failure.part, why=str(failure)), file=sys.stderr)
    except TooLate as late:
        said = {"workers": ", ".join(late.workers), "deadline_s": asked.deadline_s}
        print(in_both("adoption.too_late", **said), file=sys.stderr)
    return NO_ANSWER


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m services.adoption", description="用量事实 / usage facts")
    words = parser.add_subparsers(dest="word", required=True)
    scanning = words.add_parser("scan", help="扫描一日的内容冲突 / scan a day for conflicts across messages")
    scanning.add_argument("--day", type=date.fromisoformat, required=True, metavar="YYYY-MM-DD")
    scanning.set_defaults(command=_scan)
    rebuilding = words.add_parser("rebuild", help="由流水重建事实 / make facts anew from the journal")
    rebuilding.set_defaults(command=_rebuild)
    reconciling = words.add_parser("reconcile", help="事实与 InfluxDB 对账 / compare facts with InfluxDB")
    reconciling.set_defaults(command=_reconcile)
    help_s = "等待水位的秒数 / seconds to wait for the watermarks"
    reconciling.add_argument("--deadline", dest="deadline_s", type=float, default=60.0, help=help_s)
    for word in (rebuilding, reconciling):
        for name, help_ in (("from", "首日 / the first day"), ("to", "截止日，不含 / the day after the last")):
            word.add_argument(
                f"--{name}",
                dest=f"{name}_day",
                type=date.fromisoformat,
                required=True,
                help=help_,
                metavar="YYYY-MM-DD",
            )
        word.add_argument("--site", help="仅此小区或场馆 / this site only")
    return parser


def _journal(told: settings.CommandSettings) -> TelemetryJournal:
    client = ServiceClient("telemetry", told.telemetry_url, told.registry_url, told.registry_credentials)
    return TelemetryJournal(client)


def _days(asked: argparse.Namespace) -> range:
    return range(day_from_date(asked.from_day), day_from_date(asked.to_day))


def _scan(asked: argparse.Namespace) -> int:
    told = settings.read_command(reads_influx=False)
    found = scan(day_from_date(asked.day), SqliteScans(told.database), _journal(told))
    print(in_both("adoption.scanned", day=asked.day, conflicts=found.conflicts, news=found.news))
    return SAME


def _rebuild(asked: argparse.Namespace) -> int:
    told = settings.read_command(reads_influx=False)
    stock, journal, refolds = SqliteStock(told.database), _journal(told), SqliteRefolds(told.database)
    device_days = count = 0
    unsettled: list[tuple[str, str]] = []
    for day in _days(asked):
        rebuilt = rebuild_day(day, asked.site, stock, journal)
        device_days += rebuilt.device_days
        count += len(rebuilt.changed)
        unsettled += rebuilt.unsettled
        for changed in rebuilt.changed:
            print(changed_line(changed, rebuilt.sites.get((changed.vendor, changed.device), asked.site or "-")))
    refolded = refold_waiting(refolds, journal)  # what mended voids and sessions change on other days
    print(in_both("adoption.rebuilt", device_days=device_days, changed=count, refolded=refolded))
    if unsettled:
        names = ", ".join(f"{vendor}/{device}" for vendor, device in unsettled[:10])
        print(in_both("adoption.unsettled", count=len(unsettled), names=names), file=sys.stderr)
        return NO_ANSWER
    return SAME


def _reconcile(asked: argparse.Namespace) -> int:
    told = settings.read_command(reads_influx=True)
    assert told.influx_url is not None
    stock, facts = SqliteStock(told.database), SqlitePictures(told.database)
    paths = Paths(stock, facts, InfluxPoints(told.influx_url), _journal(told))
    clock = Clock(time.monotonic, time.sleep, asked.deadline_s)
    found = reconcile(_days(asked), asked.site, paths, clock)
    for device_day, differences in found.differing.items():
        for line in differing_lines(device_day, found.sites[device_day], differences):
            print(line)
    counts = {"device_days": found.device_days, "minutes": found.minutes, "sessions": found.sessions}
    said = counts | {"by_journal": found.by_journal, "differing": len(found.differing)}
    print(in_both("adoption.reconciled", **said))
    if found.unsettled:
        names = ", ".join(f"{vendor}/{device}" for vendor, device, _ in found.unsettled[:10])
        print(in_both("adoption.unsettled", count=len(found.unsettled), names=names), file=sys.stderr)
    if found.differing:
        return DIFFERENT
    return NO_ANSWER if found.unsettled else SAME


if __name__ == "__main__":
    sys.exit(main())
