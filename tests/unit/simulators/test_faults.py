"""Each fault option by itself: what it does to a play, and that it does nothing else."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from simulators.civil import HOUR_MS, start_ms
from simulators.faults import Share, read_share
from simulators.messages import Message
from simulators.outages import read_outage
from simulators.score import Manner, Score, compose, unexpected, write_sent
from simulators.stream_record import SentRecord
from tests.unit.simulators.cities import small_city

CLOUD = "bailu.cloud"


def score(**manner: Any) -> Score:
    return compose(small_city(), Manner(**manner))


def identities(records: list[SentRecord]) -> set[tuple[str, str, str, int, int]]:
    return {sent.identity for sent in records}


def telemetry(played: Score) -> list[Message]:
    return [message for message in played.messages if message.receipt]


def test_about_the_share_asked_for_is_sent_twice_within_the_hour() -> None:
    plain, twice = telemetry(score()), telemetry(score(duplicate=0.1))

    sent = Counter((message.topic, message.payload()) for message in twice)
    again = [key for key, times in sent.items() if times == 2]
    assert set(sent) == {(message.topic, message.payload()) for message in plain}
    assert max(sent.values()) == 2
    assert 0.06 < len(again) / len(plain) < 0.14
    first_due = {(message.topic, message.payload()): message.due_ms for message in plain}
    assert all(0 <= m.due_ms - first_due[m.topic, m.payload()] <= HOUR_MS for m in twice)


def test_about_the_share_asked_for_is_late_by_the_hours_asked_for() -> None:
    due = {(message.topic, message.payload()): message.due_ms for message in telemetry(score())}

    delays = Counter(m.due_ms - due[m.topic, m.payload()] for m in telemetry(score(late=Share(0.1, 30))))

    assert set(delays) == {0, 30 * HOUR_MS}
    assert 0.06 < delays[30 * HOUR_MS] / delays.total() < 0.14


def test_malformed_messages_stand_beside_the_good_ones_and_none_can_be_read() -> None:
    plain = Counter((message.topic, message.payload()) for message in telemetry(score()))
    played = score(malformed=0.1)

    bad = [message for message in telemetry(played) if message.raw is not None]
    good = Counter((message.topic, message.payload()) for message in telemetry(played) if message.raw is None)
    readable = 0
    for message in bad:
        try:
            body = json.loads(message.payload())
        except ValueError:
            continue
        readable += 1
        assert isinstance(body["ts"], str)
    flaws = Counter(flaw for _, flaw in played.flaws.count.elements())
    assert good == plain
    assert set(flaws) == {"no_json", "truncated", "not_utf8", "wrong_types"}
    assert readable == flaws["wrong_types"]
    assert len(bad) == flaws.total()
    assert 0.06 < len(bad) / len(telemetry(score())) < 0.14
    assert {message.vendor for message in bad} == {vendor for vendor, _ in played.flaws.count}


def test_some_devices_have_a_clock_that_is_ahead_and_send_when_they_would_have() -> None:
    plain, played = score(), score(skew=Share(0.2, 3600))

    off = {(sent.vendor, sent.device) for sent in played.records if sent.shift_ms}
    devices = {(sent.vendor, sent.device) for sent in played.records}
    assert 0.1 < len(off) / len(devices) < 0.3
    for before, after in zip(plain.records, played.records, strict=True):
        ahead_ms = 3_600_000 if (after.vendor, after.device) in off else 0
        assert after.record == before.record | {"ts": before.record["ts"] + ahead_ms}
    assert Counter(m.due_ms for m in played.messages) == Counter(m.due_ms for m in plain.messages)


def test_a_rejection_is_unexpected_unless_the_clock_is_ahead_and_the_reason_says_so() -> None:
    played = score(skew=Share(0.2, 3600))
    ahead = next(sent for sent in played.records if sent.shift_ms)
    right = next(sent for sent in played.records if not sent.shift_ms)
    nobody = ("v", "x", "heartbeat", 1, 0)

    found = unexpected(
        played,
        {
            (*ahead.identity, "future_ts"),
            (*ahead.identity, "conflict"),
            (*right.identity, "future_ts"),
            (*nobody, "bad_record"),
        },
    )

    assert sorted(found) == sorted([(ahead.site, "conflict"), (right.site, "future_ts")])


def test_what_is_rejected_for_its_clock_is_marked_in_what_was_sent_and_nothing_else_is(tmp_path: Path) -> None:
    played = score(skew=Share(0.2, 3600))
    ahead = next(sent for sent in played.records if sent.shift_ms)
    right = next(sent for sent in played.records if not sent.shift_ms and sent.outcome is None)

    write_sent(
        played.records, tmp_path / "sent.jsonl", {(*ahead.identity, "future_ts"), (*right.identity, "future_ts")}
    )

    lines = [json.loads(line) for line in (tmp_path / "sent.jsonl").read_text(encoding="utf-8").splitlines()]
    rejected = [line for line in lines if line.get("outcome") == "rejected"]
    assert len(lines) == len(played.records)
    assert [(line["device"], line["record"]) for line in rejected] == [(ahead.device, ahead.record)]


def test_unknown_devices_speak_beside_the_others_and_are_to_be_parked() -> None:
    plain, played = score(), score(unknown=4)

    before = identities(plain.records)
    extra = [sent for sent in played.records if sent.identity not in before]
    registered = {row["device"] for row in small_city().collections["devices"]}
    assert played.records[: len(plain.records)] == plain.records
    assert len({(sent.vendor, sent.device) for sent in extra}) == 4
    assert not {sent.device for sent in extra} & registered
    assert {sent.outcome for sent in extra} == {"parked"}
    assert len(extra) == 4 * 3 * 24


def test_what_a_cloud_says_in_an_outage_is_lost_and_its_heartbeats_with_it() -> None:
    opens = start_ms(small_city().first_day) + 24 * HOUR_MS + 8 * HOUR_MS
    closes = opens + 6 * HOUR_MS
    plain, played = score(), score(outages=(f"{CLOUD}:2026-11-21:8-14",))

    lost = identities(plain.records) - identities(played.records)
    assert lost == {
        sent.identity
        for sent in plain.records
        if (sent.vendor, sent.feed) == ("bailu", "cloud") and opens <= sent.record["ts"] < closes
    }
    assert lost
    assert not [m for m in played.messages if m.user == CLOUD and opens <= m.due_ms < closes]
    beats = [
        beat["ts"] for m in played.messages if m.topic == "feeds/v1/bailu/cloud" for beat in json.loads(m.payload())
    ]
    assert set(range(start_ms(small_city().first_day), start_ms(small_city().until), 60_000)) - set(beats) == set(
        range(opens, closes, 60_000)
    )


def test_what_a_cloud_kept_in_an_outage_comes_when_it_is_over() -> None:
    outage = read_outage(f"{CLOUD}:2:8-14:late", small_city())
    plain, played = score(), score(outages=(f"{CLOUD}:2:8-14:late",))

    assert played.records == plain.records
    carried = Counter(m.payload() for m in telemetry(played))
    assert carried == Counter(m.payload() for m in telemetry(plain))
    held = [m for m in telemetry(played) if m.user == CLOUD and m.due_ms == outage.to_ms]
    assert any(m.good[0].record["ts"] < outage.from_ms + HOUR_MS for m in held)


@pytest.mark.parametrize("text", ["bailu.cloud:2026-11-21", "bailu.cloud:9:1-2", "x.cloud:1:1-2", "bailu.cloud:1:9-8"])
def test_an_outage_that_cannot_be_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"not an outage|not hours|no feed"):
        read_outage(text, small_city())


@pytest.mark.parametrize("text", ["0.1", "2:10", "x:1"])
def test_a_share_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"not a share|could not convert"):
        read_share(text)


def test_all_faults_together_change_no_record_but_those_that_are_lost_skewed_or_unknown() -> None:
    some = {"skew": Share(0.2, 3600), "unknown": 2, "outages": (f"{CLOUD}:2:8-14",)}
    fewer = score(**some)
    more = score(**some, duplicate=0.2, late=Share(0.2, 5), malformed=0.2, bad=True, shuffle=True, repeat=2)

    assert more.records == fewer.records
    assert {sent.identity for sent in score(unknown=2).records if sent.outcome == "parked"} == {
        sent.identity for sent in score(unknown=2, skew=Share(0.2, 3600)).records if sent.outcome == "parked"
    }
    good = Counter(sent.identity for message in telemetry(more) for sent in message.good)
    assert set(good) == identities(fewer.records)
    assert min(good.values()) == 2
    dues = [message.due_ms for message in score(**some, duplicate=0.2, late=Share(0.2, 5), malformed=0.2).messages]
    assert dues == sorted(dues)
