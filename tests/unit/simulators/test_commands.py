import json
from pathlib import Path

import pytest

from simulators.__main__ import main
from simulators.score import Manner, compose, write_sent
from tests.unit.simulators.cities import small_city

SMALL = ["--seed", "7", "--end", "2026-11-22", "--days", "3", "--dwellings", "12"]


def plan(folder: Path) -> Path:
    out = folder / "city.json"
    assert main(["plan", *SMALL, "--out", str(out)]) == 0
    return out


def test_a_planned_city_can_be_judged_by_what_was_sent(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    city, sent = plan(tmp_path), tmp_path / "sent.jsonl"
    records = compose(small_city(), Manner()).records
    write_sent(records, sent)
    capsys.readouterr()

    assert main(["expect", "--city", str(city), "--sent", str(sent)]) == 0

    expected = json.loads(capsys.readouterr().out)
    assert sum(expected["points"].values()) == len([sent for sent in records if sent.outcome is None])
    assert expected["window"] == {"from": "2026-11-20", "to": "2026-11-23"}
    assert 0 < expected["H4"]["total"]["numerator"] < expected["H4"]["total"]["denominator"]
    assert sum(expected["V2"]["sites"].values()) == expected["V2"]["total"] > 0


def test_what_is_written_of_the_records_is_the_same_however_they_are_sent(tmp_path: Path) -> None:
    plain, other = tmp_path / "plain.jsonl", tmp_path / "other.jsonl"

    write_sent(compose(small_city(), Manner()).records, plain)
    write_sent(compose(small_city(), Manner(shuffle=True, repeat=2, bad=True)).records, other)

    assert plain.read_bytes() == other.read_bytes()
    first = json.loads(plain.read_text(encoding="utf-8").splitlines()[0])
    assert list(first) == ["site", "vendor", "feed", "device", "record"]


def test_a_feed_without_a_password_is_named_before_anything_is_sent(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    city, credentials = plan(tmp_path), tmp_path / "feeds.json"
    credentials.write_text('{"yuanfan.pc-01": "secret"}', encoding="utf-8")
    wanted = ["--city", str(city), "--credentials", str(credentials), "--sent", str(tmp_path / "sent.jsonl")]

    assert main(["play", *wanted, "--only", "venues"]) == 2

    assert "no password for yuanfan.pc-02" in capsys.readouterr().err
    assert not (tmp_path / "sent.jsonl").exists()


def test_a_trial_clock_needs_to_know_when_a_day_has_drained(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    city, credentials = plan(tmp_path), tmp_path / "feeds.json"
    credentials.write_text("{}", encoding="utf-8")
    wanted = ["--city", str(city), "--credentials", str(credentials), "--sent", str(tmp_path / "sent.jsonl")]

    assert main(["play", *wanted, "--trial-clock", str(tmp_path / "clock.json")]) == 2

    assert "--trial-clock and --drained go together" in capsys.readouterr().err


def test_a_broker_that_is_not_there_is_given_up_and_all_that_is_missing_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    city, credentials = plan(tmp_path), tmp_path / "feeds.json"
    credentials.write_text('{"yuanfan.pc-01": "x", "yuanfan.pc-02": "x"}', encoding="utf-8")
    wanted = ["--city", str(city), "--credentials", str(credentials), "--sent", str(tmp_path / "sent.jsonl")]
    capsys.readouterr()

    # Port 9 (discard) of loopback: nothing listens there.
    code = main(["play", *wanted, "--only", "venues", "--broker", "mqtt://127.0.0.1:9", "--patience", "0.2"])

    totals = json.loads(capsys.readouterr().out)
    assert code == 1
    assert sum(totals["missing"].values()) == totals["messages"]["distinct"]
    assert all(what.startswith("cannot connect") for what in totals["problems"])
    assert not (tmp_path / "sent.jsonl").exists()
