"""Check a journal offline: ``python -m services.telemetry.verify_journal FOLDER``.

Says what is broken and where, and exits with 1; or names the head of the chain, to be compared with the one published
(a chain does not see its tail cut off), and exits with 0.
"""

import base64
import gzip
import hashlib
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from services.telemetry.journal import Header, chain_hash


class _Line(msgspec.Struct):
    entry: msgspec.Raw
    payload: str | None = None
    payload_b64: str | None = None


_LINE = msgspec.json.Decoder(_Line)
_HEADER = msgspec.json.Decoder(Header)
_UNREADABLE = (OSError, EOFError, zlib.error, msgspec.MsgspecError, ValueError)


class Broken(Exception):
    """What is wrong, and where: the file, and the line in it where there is one."""


def verify(folder: Path) -> Header | None:
    """Check every segment below a folder, in the chain's order; returns the last one's header, None if there is none.

    Erased payloads are in order; payloads that are there must be those the chain speaks of.

    :raises Broken: at the first segment or entry that is not as it was written
    """
    last: Header | None = None
    for path in sorted(folder.glob("*/*/*/*.jsonl.gz"), key=lambda path: path.name):
        last = _verify_segment(path, last)
    return last


def _verify_segment(path: Path, before: Header | None) -> Header:
    try:
        lines = gzip.decompress(path.read_bytes()).splitlines()
        header = _HEADER.decode(lines[0])
    except (*_UNREADABLE, IndexError) as error:
        raise Broken(f"{path}: not a segment: {error}") from error
    expected = (before.segment + 1, before.sha256) if before else (1, "")
    if (header.segment, header.previous) != expected:
        raise Broken(f"{path}: segment {header.segment} does not follow segment {expected[0] - 1}")
    if path.parts[-4:-1] != tuple(header.day.split("-")) or path.name != f"{header.segment:09d}.jsonl.gz":
        raise Broken(f"{path}: lies in the wrong place: it is segment {header.segment} of {header.day}")
    entries = list(_entries(path, lines[1:]))
    if len(entries) != header.count:
        raise Broken(f"{path}: holds {len(entries)} entries, not {header.count}")
    if chain_hash(hashlib.sha256(b"".join(entry + b"\n" for entry in entries)), header) != header.sha256:
        raise Broken(f"{path}: header or entries are not as they were written")
    return header


def _entries(path: Path, lines: list[bytes]) -> Iterator[bytes]:
    for number, text in enumerate(lines, start=2):
        try:
            line = _LINE.decode(text)
            entry: dict[str, Any] = msgspec.json.decode(line.entry)
            payload = _payload(line)
        except _UNREADABLE as error:
            raise Broken(f"{path}, line {number}: not an entry: {error}") from error
        if payload is not None:
            found = hashlib.sha256(payload).hexdigest()
            if found != (entry.get("kept_sha256") or entry.get("sha256")):
                raise Broken(f"{path}, line {number}: payload of {entry.get('n')}/{entry.get('index')} was altered")
        yield bytes(line.entry)


def _payload(line: _Line) -> bytes | None:
    if line.payload_b64 is not None:
        return base64.b64decode(line.payload_b64, validate=True)
    return None if line.payload is None else line.payload.encode()


def main() -> int:
    """Check the folder named on the command line; returns the exit status."""
    if len(sys.argv) != 2:
        sys.stderr.write("用法 / usage: python -m services.telemetry.verify_journal FOLDER\n")
        return 2
    try:
        head = verify(Path(sys.argv[1]))
    except Broken as broken:
        sys.stderr.write(f"日志链已损坏 / the journal is broken: {broken}\n")
        return 1
    if head is None:
        sys.stderr.write("没有日志段 / no segment\n")
        return 1
    sys.stdout.write(f"日志链完好 / the journal is whole: {head.segment} segments, head {head.sha256}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
