"""H6 on one home at a time: the edges by which it is argued about."""

import pytest

from services.adoption.definitions import ONLINE
from tests.unit.adoption.homes import DAY, LONG_AGO, MIDNIGHT, asked, bound, heartbeat, hours, lived_in
from tests.unit.adoption.world import Json, silent_feed


def with_interval(city: Json, seconds: int | None) -> Json:
    return city | {"devices": [{"vendor": "acme", "device": "lamp", "reporting_interval_s": seconds}]}


@pytest.mark.parametrize(
    ("seconds", "category", "minutes"),
    [
        (1, "LIGHTING", 2),
        (60, "LIGHTING", 2),
        (61, "LIGHTING", 4),
        (900, "LIGHTING", 30),
        (3600, "LIGHTING", 30),
        (None, "LIGHTING", 30),
        (3600, "ACCESS_LOCK", 120),
        (None, "ENVIRONMENT", 480),
        (86_400, "LIFE_SAFETY", 1440),
    ],
)
def test_a_minute_heard_covers_twice_the_reporting_interval_and_at_most_the_categorys(
    seconds: int | None, category: str, minutes: int
) -> None:
    city = with_interval(lived_in(bound("lamp", LONG_AGO), category=category), seconds)
    assert asked("H6", city, heartbeat("lamp", MIDNIGHT)).figure.conservative[:2] == (minutes, 1440)


def test_the_last_millisecond_of_a_day_is_online_past_midnight_but_not_past_the_binding() -> None:
    last = heartbeat("lamp", MIDNIGHT - 1)
    stays = asked("H6", lived_in(bound("lamp", LONG_AGO)), last).figure
    swapped = asked("H6", lived_in(bound("lamp", LONG_AGO, DAY), bound("new", DAY)), last).figure
    came_back = asked("H6", lived_in(bound("lamp", DAY)), last).figure
    assert stays.conservative.numerator == 29  # the thirtieth is the minute itself, the day before
    assert (swapped.conservative.numerator, came_back.conservative.numerator) == (0, 0)


def test_a_smoke_alarm_heard_two_days_before_is_still_online() -> None:
    city = lived_in(bound("lamp", LONG_AGO), category="LIFE_SAFETY")
    heard = heartbeat("lamp", MIDNIGHT - 86_400_000 - 60_000)
    assert asked("H6", city, heard).figure.conservative.numerator == 1439


def test_a_slot_without_a_device_is_offline_and_an_outage_does_not_make_it_unknown() -> None:
    figure = asked("H6", lived_in(), own=(hours(DAY, 0, 24),)).figure
    assert figure.conservative == figure.observed == (0, 1440, "0/1440", "0.00")


def test_data_beats_an_outage_and_an_outage_beats_silence() -> None:
    city = lived_in(bound("lamp", LONG_AGO)) | silent_feed("acme", "lamp", hours(DAY, 12, 14))
    figure = asked("H6", city, heartbeat("lamp", MIDNIGHT + 12 * 3_600_000)).figure
    assert figure.conservative == (30, 1440, "30/1440", "2.08")
    assert figure.observed == (30, 1350, "30/1350", "2.22")
    assert figure.coverage == ("slot-minute", 1350, 1440)


def test_a_minute_counts_as_covered_only_if_outages_cover_the_whole_of_it_together() -> None:
    noon = MIDNIGHT + 12 * 3_600_000
    city = lived_in(bound("lamp", LONG_AGO))
    partly = city | silent_feed("acme", "lamp", (noon + 1, noon + 120_000))
    together = city | silent_feed("acme", "lamp", (noon, noon + 30_000))
    assert asked("H6", partly).figure.observed.denominator == 1439
    assert asked("H6", together, own=((noon + 30_000, noon + 60_000),)).figure.observed.denominator == 1439
    assert asked("H6", together, own=((noon + 30_001, noon + 60_000),)).figure.observed.denominator == 1440


def test_healthy_minutes_are_those_online_without_an_active_fault() -> None:
    noon = MIDNIGHT + 12 * 3_600_000
    fault = {"kind": "fault", "vendor": "acme", "site": "xili", "device": "lamp", "code": "e-1", "received_ms": noon}
    began = fault | {"ts": noon + 59_999, "seq": 1, "active": True, "sha": "1" * 64}
    other = fault | {"ts": noon + 60_000, "seq": 2, "active": False, "code": "e-2", "sha": "2" * 64}
    ended = fault | {"ts": noon + 120_000, "seq": 3, "active": False, "sha": "3" * 64}
    figure = asked("H6", lived_in(bound("lamp", LONG_AGO)), began, other, ended).figure
    # heard at 12:00, 12:01 and 12:02, so online 32 minutes; faulty at 12:00 and 12:01
    assert (figure.conservative.numerator, figure.apart["healthy"]) == (32, 30)


def faulted(*marks: tuple[int, int, bool]) -> list[Json]:
    """Faults of one code: (minute of the day, seq, active)."""
    fault = {"kind": "fault", "vendor": "acme", "site": "xili", "device": "lamp", "code": "e-1"}
    found = [fault | {"ts": MIDNIGHT + m * 60_000, "seq": seq, "active": active} for m, seq, active in marks]
    return [one | {"received_ms": one["ts"], "sha": f"{number}" * 64} for number, one in enumerate(found)]


def healthy(*records: Json) -> int:
    figure = asked("H6", lived_in(bound("lamp", LONG_AGO)), heartbeat("lamp", MIDNIGHT), *records).figure
    return figure.conservative.numerator - figure.apart["healthy"]


def test_a_fault_told_again_began_the_first_time() -> None:
    assert healthy(*faulted((2, 0, True), (8, 1, True), (12, 2, False))) == 10


def test_a_fault_not_ended_stays_active_also_from_before_the_window_and_ends_once() -> None:
    before = faulted((-3000, 0, True))
    assert healthy(*before) == 30
    assert healthy(*before, *faulted((10, 1, False), (12, 2, False))) == 10


def test_a_withdrawn_fault_and_the_loser_of_two_contents_were_never_active() -> None:
    began, ended = faulted((2, 0, True), (12, 1, False))
    void = {"kind": "void", "vendor": "acme", "site": "xili", "device": "lamp", "ts": MIDNIGHT + 60_000, "seq": 9}
    void |= {"of": {"kind": "fault", "ts": began["ts"], "seq": 0}, "received_ms": MIDNIGHT, "sha": "9" * 64}
    assert healthy(began, ended) == 10
    assert healthy(began, ended, void) == 0
    assert healthy(began, ended, began | {"active": False, "sha": "f" * 64}) == 0
    assert healthy(began | {"sha": "e" * 64}, ended, began | {"active": False, "sha": "d" * 64}) == 10


def test_every_category_has_a_longest_interval_with_its_source() -> None:
    longest = {p.key: (p.value, p.source) for p in ONLINE.parameters if p.key.startswith("interval_max_s.")}
    assert len(longest) == 14
    assert {source for _, source in longest.values()} == {"[PROP] policy page 7.2"}
    assert longest["interval_max_s.LIFE_SAFETY"][0] == 86_400
    assert longest["interval_max_s.ACCESS_LOCK"][0] == 14_400
    assert longest["interval_max_s.LIGHTING"][0] == 900
