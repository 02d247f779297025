"""Check the change log's hash chain: ``python -m services.registry.verify``; 0 if it holds, 1 if it is broken.

``--against registry.log`` (``-``: standard input) also looks for every head that a log of the registry told: 1 if one
is not in the chain, as when its tail was cut off or all of it was written anew; 2 if the log tells none.
"""

import argparse
import sys
from collections.abc import Iterable, Iterator

from services.registry.adapters.sql_database import SqlDatabase
from services.registry.chain import EMPTY, Broken, Head, verify
from services.registry.heads import ToldHead, first_unmet, heads_in
from services.registry.settings import read_database_url
from shared.contracts.registry import Change


def main() -> int:
    """Say whether the chain holds, with its head, or which row is the first that is broken."""
    parser = argparse.ArgumentParser(prog="python -m services.registry.verify")
    parser.add_argument("--against", type=argparse.FileType("r", encoding="utf-8", errors="replace"), metavar="LOG")
    log: Iterable[str] | None = parser.parse_args().against
    try:
        told = list(heads_in(log)) if log is not None else []
    except ValueError as error:
        return _say(2, f"日志无法核对 / the log cannot be compared with: {error}")
    if log is not None and not told:
        return _say(2, "日志中没有链头 / the log tells no head of the change log")
    return _verify(told)


def _verify(told: list[ToldHead]) -> int:
    database = SqlDatabase(read_database_url(), lambda: 0)
    hashes = {each.head.sequence: "" for each in told} | {EMPTY.sequence: EMPTY.hash}
    try:
        with database.reading() as reading:
            head = verify(_noticed(reading.every_change(), hashes))
    except Broken as broken:
        return _say(1, f"变更记录已被破坏 / the change log is broken: {broken}")
    finally:
        database.close()
    if unmet := first_unmet(told, hashes):
        return _say(1, f"变更记录缺少已公布的链头 / the change log lacks a head that was told: {_lacking(unmet, head)}")
    compared = f", {len(told)} told heads found" if told else ""
    return _say(0, f"变更记录完整 / the change log holds: {head.sequence} changes, head {head.hash}{compared}")


def _noticed(changes: Iterable[Change], hashes: dict[int, str]) -> Iterator[Change]:
    """The same changes; the hashes asked for are filled in as they pass."""
    for change in changes:
        if change.sequence in hashes:
            hashes[change.sequence] = change.hash
        yield change


def _lacking(unmet: ToldHead, head: Head) -> str:
    missing = unmet.head.sequence > head.sequence
    why = f"the log ends at {head.sequence}" if missing else "another row stands there"
    return f"line {unmet.line}, told at {unmet.at}: change {unmet.head.sequence}, hash {unmet.head.hash}: {why}"


def _say(status: int, line: str) -> int:
    sys.stdout.write(line + "\n")
    return status


if __name__ == "__main__":
    raise SystemExit(main())
