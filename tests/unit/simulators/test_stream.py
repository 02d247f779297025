from collections import Counter, defaultdict

import msgspec

from shared.contracts.telemetry import Record
from simulators.city import Row
from simulators.civil import start_ms
from simulators.plan import plan_city
from simulators.stream import stream
from simulators.stream_record import SentRecord
from tests.unit.simulators.cities import demo_city, demo_stream, small_city, wish


def kinds(records: list[SentRecord]) -> Counter[str]:
    return Counter(sent.record["kind"] for sent in records)


def by_device(records: list[SentRecord]) -> dict[tuple[str, str], list[Row]]:
    said: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for sent in records:
        said[sent.vendor, sent.device].append(sent.record)
    return said


def test_the_same_city_says_the_same_and_another_seed_says_something_else() -> None:
    assert list(stream(plan_city(wish()))) == list(stream(small_city()))
    assert list(stream(plan_city(wish(seed=8)))) != list(stream(small_city()))


def test_every_record_fits_the_contract_and_has_no_field_beyond_it() -> None:
    fields = {struct.__struct_config__.tag: set(struct.__struct_fields__) | {"kind"} for struct in Record.__args__}

    for sent in demo_stream():
        msgspec.convert({"device": sent.device, **sent.record}, Record)
        assert set(sent.record) <= fields[sent.record["kind"]]


def test_no_identity_is_used_twice() -> None:
    identities = [
        (sent.vendor, sent.device, sent.record["kind"], sent.record["ts"], sent.record["seq"]) for sent in demo_stream()
    ]

    assert len(set(identities)) == len(identities)


def test_event_times_lie_in_the_city_s_days_and_sessions_end_in_them() -> None:
    first_ms, until_ms = start_ms(demo_city().first_day), start_ms(demo_city().until)

    for sent in demo_stream():
        assert first_ms <= sent.record["ts"] < until_ms
        assert sent.record["ts"] + sent.record.get("duration_s", 0) * 1000 <= until_ms


def test_sequence_numbers_count_up_by_one_within_each_boot() -> None:
    restarted = 0
    for records in by_device(demo_stream()).values():
        assert [record["ts"] for record in records] == sorted(record["ts"] for record in records)
        for boot in (0, 1):
            counted = [record["seq"] for record in records if record.get("boot", 0) == boot]
            assert counted == list(range(len(counted)))
        restarted += records[-1].get("boot", 0)
    assert restarted > 5


def test_homes_and_venues_can_be_played_apart_without_changing_either() -> None:
    whole = list(stream(small_city()))
    homes = list(stream(small_city(), only="homes"))
    venues = list(stream(small_city(), only="venues"))

    assert homes + venues == whole
    assert {sent.site[:4] for sent in homes} == {"home"}
    assert kinds(homes)["session"] == 0
    assert kinds(venues)["session"] > 50
    assert kinds(venues)["usage"] == 0


def test_heartbeats_come_at_the_interval_asked_for() -> None:
    half_hourly = kinds(list(stream(small_city(), only="homes")))["heartbeat"]
    hourly = kinds(list(stream(small_city(), heartbeat_minutes=60, only="homes")))["heartbeat"]

    assert 0.48 < hourly / half_hourly < 0.52


def test_a_day_has_its_peaks_in_the_morning_and_in_the_evening() -> None:
    hours = Counter(
        (sent.record["ts"] // 3_600_000 + 8) % 24 for sent in demo_stream() if sent.record["kind"] == "usage"
    )

    assert sum(hours[hour] for hour in (6, 7, 8)) > 3 * sum(hours[hour] for hour in (12, 13, 14))
    assert sum(hours[hour] for hour in (18, 19, 20)) > 3 * sum(hours[hour] for hour in (12, 13, 14))


def test_people_and_automations_act_and_alarms_are_acknowledged() -> None:
    usage = [sent.record for sent in demo_stream() if sent.record["kind"] == "usage"]

    assert {record["trigger"] for record in usage} == {"local", "app", "voice", "scene", "schedule", "linkage"}
    assert {"on", "off", "set", "open", "close", "lock", "unlock", "run", "ack"} == {r["action"] for r in usage}


def test_visitors_show_every_case_the_rules_tell_apart() -> None:
    sessions = [sent for sent in demo_stream() if sent.record["kind"] == "session"]
    dome = [sent.record for sent in sessions if "dome" in sent.device]

    assert any(sent.record["duration_s"] < 60 for sent in sessions)
    assert any(sent.record["duration_s"] > 3600 for sent in sessions)
    assert any(sent.record.get("test") for sent in sessions)
    assert any("content" not in sent.record for sent in sessions)
    assert any("headcount" not in record for record in dome)
    assert [record["headcount"] for record in dome if record.get("headcount", 0) > 12] == [15]


def test_one_device_says_nothing_but_tests() -> None:
    only_tests = [records for records in by_device(demo_stream()).values() if all(r.get("test") for r in records)]

    assert len(only_tests) == 1
