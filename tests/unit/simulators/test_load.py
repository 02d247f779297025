import json
from collections import Counter, defaultdict
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import pytest

from shared.contracts.telemetry import Record
from simulators.__main__ import main
from simulators.load.sequence import Sequence
from tests.unit.simulators.broker import FakeBroker, accepted

DAY_MS = 86_400_000
START_MS = 1_794_000_000_000


def sequence(**changes: Any) -> Sequence:
    plain: dict[str, Any] = {"vendor": "v", "feed": "f", "site": "s", "devices": 7, "records": 1_000, "pack": 1}
    plain |= {"kinds": ("usage", "heartbeat", "reading", "session"), "start_ms": START_MS, "days": 3, "seed": 5}
    return Sequence(**plain | changes)


def said(spoken: Sequence) -> list[tuple[str, dict[str, Any]]]:
    """Every record of every payload, with its device."""
    records = []
    for number in range(spoken.messages):
        body = json.loads(spoken.payload(number))
        if isinstance(body, list):
            records += [(item["device"], item) for item in body]
        else:
            records.append((spoken.device(number), body))
    return records


@pytest.mark.parametrize("pack", [1, 7, 100, 1_000])
def test_no_identity_is_used_twice_however_the_records_are_packed(pack: int) -> None:
    records = said(sequence(pack=pack))

    identities = {(device, r["kind"], r["ts"], r["seq"]) for device, r in records}
    assert len(identities) == len(records) == 1_000


def test_a_crowded_millisecond_still_has_distinct_identities() -> None:
    records = said(sequence(devices=1, records=50_000, days=1, kinds=("heartbeat",), pack=5_000))

    assert len({(r["ts"], r["seq"]) for _, r in records}) == 50_000


def test_each_device_lives_in_order_over_the_days_asked_for() -> None:
    lives = defaultdict(list)
    for device, record in said(sequence()):
        lives[device].append(record)

    for life in lives.values():
        assert [r["seq"] for r in life] == list(range(len(life)))
        assert all(a["ts"] < b["ts"] for a, b in pairwise(life))
        assert life[0]["ts"] >= START_MS
        assert life[-1]["ts"] < START_MS + 3 * DAY_MS
        assert life[-1]["ts"] - life[0]["ts"] > 2.9 * DAY_MS


def test_every_payload_fits_the_contract_and_is_what_the_list_says() -> None:
    spoken = sequence(pack=10)
    listed = [line["record"] for line in spoken.lines(iter(range(spoken.messages)))]

    for (device, record), line in zip(said(spoken), listed, strict=True):
        msgspec.convert(record, Record)
        assert record == {"device": device, **line}


def test_kinds_come_as_often_as_they_are_named() -> None:
    kinds = Counter(r["kind"] for _, r in said(sequence(kinds=("usage", "usage", "usage", "reading"), records=7_000)))

    assert kinds == {"usage": 5_250, "reading": 1_750}


@pytest.mark.parametrize("change", [{"pack": 5_001}, {"devices": 0}, {"kinds": ("void",)}, {"kinds": ()}])
def test_a_sequence_that_cannot_be_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"at least 1|kinds are some of"):
        sequence(**change)


def run(folder: Path, port: int, *options: str) -> int:
    (folder / "feeds.json").write_text('{"v.f": "secret"}', encoding="utf-8")
    where = ["--broker", f"mqtt://127.0.0.1:{port}", "--credentials", str(folder / "feeds.json")]
    what = ["--vendor", "v", "--feed", "f", "--site", "s", "--devices", "3", "--records", "40"]
    return main(["load", *where, *what, "--sent", str(folder / "sent.jsonl"), *options])


def test_all_arrives_although_the_broker_hangs_up_refuses_and_forgets(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def answer(turn: int, payload: bytes) -> tuple[int, bytes | None] | None:
        if turn == 7:
            raise ConnectionResetError
        if turn == 12:
            return 0x97, None  # quota exceeded
        if turn == 15:
            return 0x10, None  # nobody was subscribed
        if turn == 18:
            return 0, None  # the receipt is lost
        if turn == 20:
            return 0, b'{"accepted": 0, "parked": 0, "rejected": [], "not_accepted": {"rate_limited": 1}}'
        return 0, accepted(payload)

    with FakeBroker(answer) as broker:
        assert run(tmp_path, broker.port, "--again-after", "0.5", "--patience", "20") == 0

    totals = json.loads(capsys.readouterr().out)
    arrived = Counter(broker.received)
    assert len(arrived) == totals["messages"]["done"] == totals["receipts"]["accepted"] == 40
    assert arrived.total() == 45  # the five that were disturbed arrived twice
    assert totals["broker"] == {"connections": 2, "connections_lost": 1, "no_subscriber": 1, "refused": {"0x97": 1}}
    assert totals["receipts"]["not_accepted"] == {"rate_limited": 1}
    assert all(topic.startswith("telemetry/v1/v/f/s/f.0000") for topic, _ in arrived)


def test_unfold_lists_exactly_what_was_sent(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with FakeBroker(lambda _, payload: (0, accepted(payload))) as broker:
        assert run(tmp_path, broker.port, "--pack", "6") == 0
    capsys.readouterr()

    assert main(["unfold", "--sent", str(tmp_path / "sent.jsonl")]) == 0

    listed = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    arrived = [record for _, payload in broker.received for record in json.loads(payload)]
    assert [{"device": line["device"], **line["record"]} for line in listed] == arrived
    assert {(line["vendor"], line["feed"], line["site"]) for line in listed} == {("v", "f", "s")}


def test_without_receipts_a_puback_is_enough(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with FakeBroker(lambda _, __: (0, None)) as broker:
        assert run(tmp_path, broker.port, "--no-receipts") == 0

    assert json.loads(capsys.readouterr().out)["messages"]["done"] == len(broker.received) == 40


def test_what_has_no_receipt_is_named_and_not_listed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def answer(turn: int, payload: bytes) -> tuple[int, bytes | None]:
        return 0, accepted(payload) if turn != 3 else None

    with FakeBroker(answer) as broker:
        assert run(tmp_path, broker.port, "--patience", "0.5") == 1
    assert json.loads(capsys.readouterr().out)["missing"] == 1

    assert main(["unfold", "--sent", str(tmp_path / "sent.jsonl")]) == 0

    unheard = json.loads(broker.received[2][1])
    listed = [json.loads(line)["record"] for line in capsys.readouterr().out.splitlines()]
    assert len(listed) == 39
    assert unheard not in listed


def test_a_feed_that_is_not_described_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "many.json").write_text('[{"feed": "f"}, {"feed": "f"}]', encoding="utf-8")
    (tmp_path / "odd.json").write_text('[{"topic": "f"}]', encoding="utf-8")

    assert run(tmp_path, 9, "--feeds", str(tmp_path / "many.json")) == 2
    assert "named twice" in capsys.readouterr().err
    assert run(tmp_path, 9, "--feeds", str(tmp_path / "odd.json")) == 2
    assert "unknown in a feed: topic" in capsys.readouterr().err
