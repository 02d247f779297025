from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, strategies as st

from shared.contracts import civil_time

SHANGHAI = ZoneInfo("Asia/Shanghai")
FROM_1992 = st.integers(694_224_000_000, 4_102_444_800_000)  # 1992 to 2100, epoch milliseconds


@given(FROM_1992)
def test_the_civil_day_is_the_one_the_time_zone_data_base_gives(ts_ms: int) -> None:
    local = datetime.fromtimestamp(ts_ms / 1000, SHANGHAI)
    assert civil_time.date_from_day(civil_time.day_of(ts_ms)) == local.date()


@given(FROM_1992)
def test_the_minute_of_the_day_is_the_one_the_time_zone_data_base_gives(ts_ms: int) -> None:
    local = datetime.fromtimestamp(ts_ms // 1000, SHANGHAI)
    day, minute = civil_time.day_and_minute(civil_time.minute_of(ts_ms))
    assert (civil_time.date_from_day(day), minute) == (local.date(), local.hour * 60 + local.minute)


def test_the_last_millisecond_of_a_day_belongs_to_it_and_the_next_does_not() -> None:
    midnight = civil_time.start_of(civil_time.day_from_date(date(2024, 3, 1)))
    assert civil_time.date_from_day(civil_time.day_of(midnight - 1)) == date(2024, 2, 29)
    assert civil_time.date_from_day(civil_time.day_of(midnight)) == date(2024, 3, 1)


@given(FROM_1992)
def test_rfc3339_is_read_back_to_the_same_millisecond(ts_ms: int) -> None:
    text = civil_time.rfc3339(ts_ms)
    assert civil_time.ms_from_rfc3339(text) == ts_ms
    assert datetime.fromisoformat(text) == datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ts_ms)
