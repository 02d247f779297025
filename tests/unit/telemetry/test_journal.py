"""The journal: whole, chained, erasable, and every alteration found."""

import base64
import gzip
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
import rfc8785

from services.telemetry.adapters.journal_files import JournalFiles, segment_path
from services.telemetry.journal import Header, segment
from services.telemetry.model import Entry, Reason, ReceivedEntry, RefusedEntry, ReplayedEntry
from services.telemetry.verify_journal import Broken, verify
from shared.contracts.civil_time import day_of
from shared.failures import Unavailable
from tests.unit.telemetry.world import HOME, NOW

DAY = day_of(NOW)


def received(payload: bytes, aside: list[Reason] | None = None, topic: str = HOME) -> ReceivedEntry:
    return ReceivedEntry(NOW, topic, hashlib.sha256(payload).digest(), payload, aside or [])


FIRST: list[tuple[int, list[Entry]]] = [
    (1, [received(b'{"a": 1}'), received(b"\xff\x00", [Reason(None, "not_json")])]),
    (3, [ReplayedEntry(NOW + 1, 1, 0, [0, 2], [Reason(1, "bad_record", "kind")])]),
]
SECOND: list[tuple[int, list[Entry]]] = [
    (4, [received('["深圳"]'.encode(), [Reason(2, "conflict")], HOME + '/"x"'), RefusedEntry(NOW, "influxdb", "a b 1")])
]


def write(folder: Path) -> list[Header]:
    files, headers, previous = JournalFiles(folder), [], ""
    for number, (day, batches) in enumerate([(DAY, FIRST), (DAY + 1, SECOND)], start=1):
        header, content = segment(number, "telemetry-1", day, previous, batches)
        files.write(header, content)
        headers.append(header)
        previous = header.sha256
    return headers


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in gzip.decompress(path.read_bytes()).splitlines()]


def rewrite(path: Path, changed: list[dict[str, Any]]) -> None:
    text = "\n".join(json.dumps(line, separators=(",", ":"), ensure_ascii=False) for line in changed)
    path.write_bytes(gzip.compress(text.encode() + b"\n"))


def test_segments_lie_by_day_of_receipt_and_verify(tmp_path: Path) -> None:
    headers = write(tmp_path)
    assert [path.relative_to(tmp_path).as_posix() for path in sorted(tmp_path.rglob("*.gz"))] == [
        "2025/11/25/000000001.jsonl.gz",
        "2025/11/26/000000002.jsonl.gz",
    ]
    assert verify(tmp_path) == headers[-1]
    assert [(h.segment, h.first, h.last, h.count) for h in headers] == [(1, 1, 3, 3), (2, 4, 4, 2)]


def test_an_entry_tells_bytes_topic_receipt_and_what_was_set_aside(tmp_path: Path) -> None:
    header = write(tmp_path)[0]
    _, message, binary, replay = lines(segment_path(tmp_path, header))
    assert message == {
        "entry": {
            "aside": [],
            "bytes": 8,
            "index": 0,
            "n": 1,
            "received_ms": NOW,
            "sha256": hashlib.sha256(b'{"a": 1}').hexdigest(),
            "topic": HOME,
        },
        "payload": '{"a": 1}',
    }
    assert (binary["payload"], base64.b64decode(binary["payload_b64"])) == (None, b"\xff\x00")
    assert binary["entry"]["aside"] == [{"index": None, "reason": "not_json"}]
    assert replay == {
        "entry": {
            "accepted": [0, 2],
            "aside": [{"field": "kind", "index": 1, "reason": "bad_record"}],
            "at_ms": NOW + 1,
            "index": 0,
            "n": 3,
            "replay_of": {"index": 0, "n": 1},
        }
    }


def test_entries_stand_in_the_form_of_rfc_8785(tmp_path: Path) -> None:
    for header in write(tmp_path):
        text = gzip.decompress(segment_path(tmp_path, header).read_bytes())
        for raw, line in zip(text.splitlines()[1:], lines(segment_path(tmp_path, header))[1:], strict=True):
            assert raw.startswith(b'{"entry":' + rfc8785.dumps(line["entry"]))


def test_the_hash_is_over_entries_and_header_and_links_to_the_one_before(tmp_path: Path) -> None:
    """Computed here by another library, from what the form's page says."""
    previous = ""
    for header in write(tmp_path):
        top, *rest = lines(segment_path(tmp_path, header))
        assert top["previous"] == previous
        previous = top.pop("sha256")
        hashed = b"".join(rfc8785.dumps(line["entry"]) + b"\n" for line in rest) + rfc8785.dumps(top)
        assert hashlib.sha256(hashed).hexdigest() == previous


def test_the_same_segment_is_the_same_file() -> None:
    assert segment(1, "w", DAY, "", FIRST) == segment(1, "w", DAY, "", FIRST)


def test_erasing_a_payload_leaves_the_chain_whole(tmp_path: Path) -> None:
    headers = write(tmp_path)
    path = segment_path(tmp_path, headers[0])
    changed = lines(path)
    changed[1]["payload"] = None
    rewrite(path, changed)
    assert verify(tmp_path) == headers[-1]


ALTERATIONS = {
    "a payload": (lambda ls: ls[1].update(payload='{"a": 2}'), r"000000001.jsonl.gz, line 2: payload of 1/0"),
    "a payload and its hash": (
        lambda ls: (
            ls[1].update(payload='{"a": 2}'),
            ls[1]["entry"].update(sha256=hashlib.sha256(b'{"a": 2}').hexdigest()),
        ),
        "not as they were written",
    ),
    "a receipt time": (lambda ls: ls[1]["entry"].update(received_ms=1), "not as they were written"),
    "the header's first batch": (lambda ls: ls[0].update(first=2), "not as they were written"),
    "the worker": (lambda ls: ls[0].update(worker="x"), "not as they were written"),
    "an entry taken out": (lambda ls: ls.pop(2), "holds 2 entries, not 3"),
    "an entry taken out and the count mended": (lambda ls: (ls.pop(2), ls[0].update(count=2)), "not as they were"),
    "two entries swapped": (lambda ls: ls.insert(1, ls.pop(2)), "not as they were written"),
    "what was set aside": (lambda ls: ls[2]["entry"].update(aside=[]), "not as they were written"),
}


@pytest.mark.parametrize(("alter", "why"), ALTERATIONS.values(), ids=ALTERATIONS.keys())
def test_an_alteration_is_found_and_named(tmp_path: Path, alter: Any, why: str) -> None:
    path = segment_path(tmp_path, write(tmp_path)[0])
    changed = lines(path)
    alter(changed)
    rewrite(path, changed)
    with pytest.raises(Broken, match=why):
        verify(tmp_path)


def test_a_missing_moved_or_damaged_segment_is_found(tmp_path: Path) -> None:
    first, second = write(tmp_path)
    path = segment_path(tmp_path, first)
    content = path.read_bytes()
    path.unlink()
    with pytest.raises(Broken, match="segment 2 does not follow segment 0"):
        verify(tmp_path)
    path.write_bytes(content[:-9])
    with pytest.raises(Broken, match=r"000000001\.jsonl\.gz: not a segment"):
        verify(tmp_path)
    segment_path(tmp_path, second).rename(path)
    with pytest.raises(Broken, match="does not follow"):
        verify(tmp_path)


def test_a_journal_that_cannot_be_written_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "journal").write_text("a file where the folder should be")
    header, content = segment(1, "w", DAY, "", FIRST)
    with pytest.raises(Unavailable, match="journal"):
        JournalFiles(tmp_path / "journal").write(header, content)
