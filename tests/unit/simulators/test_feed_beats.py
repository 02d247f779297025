import json

from simulators.civil import start_ms
from simulators.feed_beats import feed_beats
from simulators.score import Manner, compose
from tests.unit.simulators.cities import long_city, long_score, small_city


def test_clouds_say_that_they_are_there_and_gateways_and_pcs_do_not() -> None:
    beats = [message for message in long_score().messages if message.topic.startswith("feeds/")]

    clouds = {f"{f['vendor']}.{f['feed']}" for f in long_city().collections["feeds"] if f["vendor_cloud"]}
    assert {message.user for message in beats} == clouds == {"bailu.cloud", "danxia.cloud", "jinghai.cloud"}
    assert not any(message.receipt for message in beats)


def test_an_array_an_hour_holds_each_minute_once_and_goes_out_when_the_last_has_passed() -> None:
    city = small_city()
    messages = feed_beats(city, {"bailu.cloud"}, [], singly=False)

    said = [[beat["ts"] for beat in json.loads(message.payload())] for message in messages]
    assert [ts for hour in said for ts in hour] == list(range(start_ms(city.first_day), start_ms(city.until), 60_000))
    assert {len(hour) for hour in said} == {60}
    assert [message.due_ms for message in messages] == [hour[-1] for hour in said]


def test_in_real_time_each_is_a_message() -> None:
    messages = feed_beats(small_city(), {"bailu.cloud"}, [], singly=True)

    assert len(messages) == 3 * 1440
    assert json.loads(messages[0].payload()) == {"ts": messages[0].due_ms}


def test_heartbeats_of_feeds_are_neither_shuffled_nor_repeated() -> None:
    def beats(manner: Manner) -> list[bytes]:
        return [m.payload() for m in compose(small_city(), manner).messages if m.topic.startswith("feeds/")]

    assert beats(Manner(shuffle=True, repeat=3)) == beats(Manner())
