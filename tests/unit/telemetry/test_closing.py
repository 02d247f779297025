"""Closing segments: when one is due, and a crash at the worst moment."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from services.telemetry import verify_journal
from services.telemetry.adapters.journal_files import JournalFiles
from services.telemetry.closing import Closing
from shared.failures import Unavailable
from tests.unit.telemetry.world import NOW, Spooled, kept_of, pack, usage


class Home:
    """A spool all of whose batches every store has, and its journal."""

    def __init__(self, folder: Path, **limits: int) -> None:
        self.journal = folder / "journal"
        self.spool = Spooled(folder / "spool.db")
        self.closing = Closing(self.spool.giving_out, JournalFiles(self.journal), "w", **limits)

    def receive(self, seq: int, received_ms: int = NOW) -> None:
        n = self.spool.taking_in.keep(kept_of(pack(usage(seq=seq), received_ms=received_ms)))
        self.spool.giving_out.lines_written(n, None)
        self.spool.giving_out.events_published(n)
        self.spool.mirroring.mirrored(n, 0)
        self.spool.numbers.received(n)

    def segments(self) -> list[list[int]]:
        """The sequence numbers in each segment."""
        return [
            [json.loads(line["payload"])[0]["seq"] for line in lines(path)[1:]]
            for path in sorted(self.journal.rglob("*.gz"), key=lambda path: path.name)
        ]


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in gzip.decompress(path.read_bytes()).splitlines()]


def test_a_segment_is_closed_when_it_is_old_and_not_before(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.receive(1)
    assert not home.closing.step(NOW + 59_999)
    home.receive(2)
    assert home.closing.step(NOW + 60_000)
    assert not home.closing.step(NOW + 999_999)
    assert home.segments() == [[1, 2]]


def test_a_segment_is_closed_when_it_is_full(tmp_path: Path) -> None:
    home = Home(tmp_path, max_bytes=600)
    for seq in range(5):
        home.receive(seq)
    assert [home.closing.step(NOW) for _ in range(3)] == [True, False, False]
    assert len(home.segments()[0]) >= 2


def test_a_segment_is_closed_when_its_day_is_over(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.receive(1, NOW - 1)
    home.receive(2, NOW)
    assert [home.closing.step(NOW) for _ in range(2)] == [True, False]
    assert [path.parent.name for path in home.journal.rglob("*.gz")] == ["24"]


def test_at_the_stop_everything_drained_is_closed(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.receive(1)
    home.spool.taking_in.keep(kept_of(pack(usage(seq=2))))
    assert home.closing.step(NOW, at_stop=True)
    assert home.segments() == [[1]]


def test_a_crash_between_writing_the_file_and_leaving_the_spool_writes_it_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Home(tmp_path)
    home.receive(1)
    with monkeypatch.context() as patch:
        patch.setattr(home.spool.giving_out, "journalled", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            home.closing.step(NOW, at_stop=True)
    again = Home(tmp_path)
    again.receive(2)
    assert again.closing.step(NOW, at_stop=True)
    again.receive(3)
    assert again.closing.step(NOW, at_stop=True)
    assert again.segments() == [[1, 2], [3]]
    assert verify_journal.verify(home.journal) is not None


def test_a_journal_that_cannot_be_written_keeps_the_batches_in_the_spool(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.receive(1)
    home.journal.write_text("a file where the folder should be")
    with pytest.raises(Unavailable):
        home.closing.step(NOW, at_stop=True)
    home.journal.unlink()
    assert home.closing.step(NOW, at_stop=True)
    assert home.segments() == [[1]]


def test_the_command_names_the_head_or_what_is_broken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    home = Home(tmp_path)
    home.receive(1)
    home.closing.step(NOW, at_stop=True)
    head = home.spool.giving_out.journal_head()
    monkeypatch.setattr("sys.argv", ["verify_journal", str(home.journal)])
    assert verify_journal.main() == 0
    assert f"1 segments, head {head.sha256}" in capsys.readouterr().out
    (path,) = home.journal.rglob("*.gz")
    path.write_bytes(b"nonsense")
    assert verify_journal.main() == 1
    assert "000000001.jsonl.gz: not a segment" in capsys.readouterr().err
    monkeypatch.setattr("sys.argv", ["verify_journal", str(tmp_path / "none")])
    assert verify_journal.main() == 1
    monkeypatch.setattr("sys.argv", ["verify_journal"])
    assert verify_journal.main() == 2
