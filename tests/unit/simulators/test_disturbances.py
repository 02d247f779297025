"""What goes wrong in a longer city by plan: each row says truly what it touches."""

from typing import Any

import pytest

from simulators.civil import day_of, start_ms
from simulators.plan import Wish, plan_city
from simulators.score import Manner, compose
from tests.unit.simulators.cities import END, long_city, long_score, small_city

Json = dict[str, Any]


def row(kind: str) -> Json:
    (found,) = [row for row in long_city().disturbances if row["kind"] == kind]
    return found


def test_a_long_city_has_four_and_a_short_one_none() -> None:
    ids = [row["id"] for row in long_city().disturbances]

    assert ids == ["outage-1", "late-1", "swap-1", "withdrawal-1"]
    assert small_city().disturbances == []
    assert plan_city(Wish(seed=7, end=END, days=11)).disturbances == []


@pytest.mark.parametrize("dwellings", range(1, 6))
def test_however_small_a_long_city_can_be_planned_and_told(dwellings: int) -> None:
    tiny = plan_city(Wish(seed=dwellings, end=END, days=12, pilots=1, venues=1, dwellings=dwellings))

    assert [row["id"] for row in tiny.disturbances][:3] == ["outage-1", "late-1", "swap-1"]
    assert compose(tiny, Manner()).messages


def test_the_outage_is_of_a_cloud_that_serves_all_pilots_and_nothing_of_it_is_sent() -> None:
    outage = row("vendor_outage")

    assert outage["sites"] == ["home-01", "home-02", "home-03"]
    heard = [s for s in long_score().records if (s.vendor, s.feed) == (outage["vendor"], outage["feed"])]
    assert not [s for s in heard if outage["from_ms"] <= s.record["ts"] < outage["to_ms"]]
    assert [s for s in heard if s.record["ts"] < outage["from_ms"]]
    assert [s for s in heard if s.record["ts"] >= outage["to_ms"]]


def test_the_late_batch_comes_nine_days_after_its_day_and_nothing_else_of_the_feed_does() -> None:
    late = row("late_batch")
    in_batch = 0
    for message in long_score().messages:
        if message.user == f"{late['vendor']}.{late['feed']}" and message.receipt:
            (site,) = {sent.site for sent in message.good}
            held = site == late["site"] and late["from_ms"] <= message.good[0].record["ts"] < late["to_ms"]
            in_batch += held
            behind = message.due_ms - message.good[-1].record["ts"]
            assert (message.due_ms == late["sent_ms"]) if held else behind <= 3_600_000
    assert in_batch
    assert (day_of(late["sent_ms"]) - day_of(late["from_ms"])).days == 9


def test_both_devices_of_the_swap_are_used_and_each_only_in_its_time() -> None:
    swap = row("swapped_device")
    changed_ms = start_ms(day_of(start_ms(long_city().first_day)).fromisoformat(swap["on"]))
    used: dict[str, list[int]] = {swap["old"]: [], swap["new"]: []}
    for sent in long_score().records:
        if sent.vendor == swap["vendor"] and sent.device in used and sent.record["kind"] == "usage":
            used[sent.device].append(sent.record["ts"])

    assert used[swap["old"]]
    assert used[swap["new"]]
    assert max(used[swap["old"]]) < changed_ms <= min(used[swap["new"]])


def test_every_use_of_the_withdrawn_week_is_voided_once_and_nothing_else_is() -> None:
    withdrawn = row("withdrawn_week")
    places = {(s.vendor, s.device): s.place for s in long_city().speakers}
    uses, voided = [], []
    for sent in long_score().records:
        record = sent.record
        if record["kind"] == "void":
            of = record["of"]
            voided.append((sent.vendor, sent.device, of["kind"], of["ts"], of["seq"]))
            assert day_of(record["ts"]) == day_of(withdrawn["sent_ms"])
        in_week = withdrawn["from_ms"] <= record["ts"] < withdrawn["to_ms"]
        if record["kind"] == "usage" and in_week and places[sent.vendor, sent.device] == withdrawn["dwelling"]:
            uses.append(sent.identity)

    assert sorted(voided) == sorted(uses)
    assert len(set(uses)) == len(uses) > 10


def test_one_dwelling_refuses_and_all_of_its_records_are_to_be_dropped() -> None:
    (refusing,) = [t for t in long_city().collections["tenancies"] if t["consent"] == "REFUSED"]
    place = f"{refusing['pilot']}/{refusing['dwelling_ref']}"
    devices = {(s.vendor, s.device) for s in long_city().speakers if s.place == place}

    dropped = [s for s in long_score().records if s.outcome == "dropped"]
    assert {(s.vendor, s.device) for s in dropped} == devices
    assert not [s for s in long_score().records if (s.vendor, s.device) in devices and s.outcome != "dropped"]
    assert refusing["consent_from"] < long_city().first_day.isoformat()
    assert place != row("withdrawn_week")["dwelling"]


def test_the_day_after_the_last_nothing_is_left_to_send() -> None:
    assert max(message.due_ms for message in long_score().messages) <= start_ms(long_city().until)
