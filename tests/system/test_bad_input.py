"""What cannot be accepted is set aside with a reason, its neighbours are counted, and the worker lives on."""

import json
from collections import Counter
from typing import Any

import pytest

from deploy.demo.api import ApiError
from tests.system.city import City, now_ms
from tests.system.feed import Refused
from tests.system.polling import until

YEAR_MS = 365 * 86_400_000


def reasons(receipt: dict[str, Any]) -> list[tuple[int | None, str, str | None]]:
    return [(r["index"], r["reason"], r.get("field")) for r in receipt["rejected"]]


def heartbeat(**fields: Any) -> dict[str, Any]:
    return {"kind": "heartbeat", "ts": now_ms(), "device": "lamp"} | fields


def pack(*records: Any) -> bytes:
    return json.dumps(records).encode()


WHOLE = [
    ("not JSON", b"hello", (None, "not_json", None)),
    ("100,000 nested brackets", b"[" * 100_000, (None, "not_json", None)),
    ("nested brackets that close", b"[" * 100_000 + b"]" * 100_000, (None, "not_json", None)),
    ("NaN", b'{"kind": "reading", "ts": 1, "device": "lamp", "values": {"power_w": NaN}}', (None, "not_json", None)),
    ("2 MiB", b'{"pad": "' + b"x" * 2 * 1024 * 1024 + b'"}', (None, "too_large", None)),
    ("not UTF-8", b'{"kind": "heartbeat", "ts": 1, "note": "\xff"}', (None, "not_json", None)),
]


@pytest.mark.parametrize(("what", "payload", "expected"), WHOLE, ids=[case[0] for case in WHOLE])
def test_a_message_that_cannot_be_read_is_rejected_whole(city: City, what: str, payload: bytes, expected: Any) -> None:
    with city.receiving("gw") as feed:
        assert reasons(feed.send(city.home_topic(), payload)) == [expected]
        assert feed.send(city.home_topic("lamp"), city.heartbeat())["accepted"] == 1


def test_bad_records_are_rejected_one_by_one_and_their_neighbours_counted(city: City) -> None:
    wrong = [
        (heartbeat(ts="now"), ("bad_record", "ts")),
        (heartbeat(ts=now_ms() + YEAR_MS), ("future_ts", None)),
        (heartbeat(ts=now_ms() - YEAR_MS), ("too_old", None)),
        (heartbeat(kind="dance"), ("bad_record", "kind")),
        (heartbeat(device="no spaces allowed"), ("bad_record", "device")),
        (heartbeat(kind="session", duration_s=60), ("bad_record", "kind")),  # at a home
        (heartbeat(kind="reading", values={"time": 1}), ("bad_record", "values")),
        (17, ("bad_record", None)),
    ]
    records: list[Any] = []
    for number, (record, _) in enumerate(wrong):
        records += [heartbeat(seq=number + 1), record]
    with city.receiving("gw") as feed:
        receipt = feed.send(city.home_topic(), pack(*records))
    assert receipt["accepted"] == len(wrong)
    got = [
        (r["index"], r["reason"], r.get("field") if r["reason"] == "bad_record" else None) for r in receipt["rejected"]
    ]
    assert got == [(2 * number + 1, *expected) for number, (_, expected) in enumerate(wrong)]


def test_an_unknown_device_is_parked_and_counted_once_it_is_registered(city: City) -> None:
    with city.receiving("gw") as feed:
        receipt = feed.send(city.home_topic(), pack(heartbeat(device="newcomer"), heartbeat(seq=77)))
    assert (receipt["accepted"], receipt["parked"], receipt["rejected"]) == (1, 1, [])
    scope = f"device:{city.name}/newcomer"
    home, since = f"{city.name}-home", city.bodies["bindings"][0]["valid_from"]
    slot = {"pilot": home, "dwelling_ref": "ref-00000001", "code": "new", "category": "LIGHTING", "installed_on": since}
    binding = {"slot": f"{home}/ref-00000001/new", "valid_from": since}
    city.registry("POST", "/v1/slots", [slot])
    city.registry("POST", "/v1/devices", [{"vendor": city.name, "device": "newcomer", "category": "LIGHTING"}])
    city.registry("POST", "/v1/bindings", [{"vendor": city.name, "device": "newcomer"} | binding])

    def figure() -> dict[str, Any]:
        try:
            return city.figure("H4", scope)
        except ApiError as refusal:  # adoption has not heard of the device yet
            return {"refused": str(refusal)}

    assert until(figure, lambda found: found.get("numerator") == 1)["denominator"] == 1
    parked = until(
        lambda: city.api.get(f"{city.urls['telemetry']}/v1/parked", vendor=city.name), lambda answer: not answer["rows"]
    )
    assert parked["rows"] == []


def test_a_forged_topic_never_reaches_us(city: City) -> None:
    with city.feed("gw") as feed:
        with pytest.raises(Refused, match="Not authorized"):
            feed.publish(f"telemetry/v1/{city.name}/pc/{city.name}-venue/hmd-1", city.heartbeat())
        with pytest.raises(Refused, match="Not authorized"):
            feed.publish("telemetry/v1/other/gw/site/lamp", city.heartbeat())


def test_a_malformed_topic_under_the_feeds_own_prefix_is_rejected_with_its_bytes(city: City) -> None:
    with city.receiving("gw") as feed:
        receipt = feed.send(city.home_topic("lamp") + "/extra/levels", city.heartbeat())
    assert reasons(receipt) == [(None, "bad_topic", None)]
    rows = until(
        lambda: city.api.get(f"{city.urls['telemetry']}/v1/rejected", vendor=city.name)["rows"],
        lambda rows: any(row["reason"] == "bad_topic" for row in rows),
    )
    assert [row["topic"] for row in rows if row["reason"] == "bad_topic"][-1].endswith("/extra/levels")


def test_the_ledger_explains_every_record(city: City) -> None:
    with city.receiving("gw") as feed:
        good, stranger = heartbeat(seq=500), heartbeat(seq=501, device="stranger-2")
        receipts = [
            feed.send(city.home_topic(), pack(good, stranger, heartbeat(ts=None))),
            feed.send(city.home_topic(), pack(good)),
        ]
    assert [r["accepted"] for r in receipts] == [1, 1]
    ledger = until(city.ledger, lambda answer: answer["settled"])
    totals: Counter[str] = Counter()
    for row in ledger["rows"]:
        aside = Counter(row["set_aside"])
        totals += Counter({"received": row["received"], "stored": row["stored"], "aside": aside.total()})
        totals["repeated"] += row["repeated"]
        totals["waiting"] += row["waiting"]
    assert totals["waiting"] == 0
    assert totals["received"] == totals["stored"] + totals["aside"] + totals["repeated"]
    assert totals["repeated"] >= 1
    assert min(row["repeated"] for row in ledger["rows"]) >= 0
