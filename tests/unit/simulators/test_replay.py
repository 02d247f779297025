"""A recorded home, against a reading of the same file by plain loops here.

The file of the test is invented, with the published one's faults: stray blanks, doubled tabs, no last newline, a row of
a PIR that starts and ends in one second. With PILOTLIGHT_RECORDING set to the published file, that is read too.
"""

import json
import os
import re
from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from shared.contracts.registry import ENTITIES
from shared.contracts.telemetry import DeviceId, Record, Slug
from simulators.__main__ import main
from simulators.city import City, read_city
from simulators.messages import pack
from simulators.stream import stream

END = date(2026, 11, 22)
ROWS = """Start time          \tEnd time            \tLocation\tType\t\tPlace
--------------------\t--------------------\t--------\t--------\t\t-----
2011-11-28 02:27:59\t\t2011-11-28 10:18:11\t\tBed\t\tPressure\tBedroom
2011-11-28 10:21:24\t\t2011-11-28 10:21:31\t\tCabinet\t\tMagnetic\tBathroom
2011-11-28 10:23:02 \t2011-11-28 10:23:36\t\tToilet\t\tFlush\t\tBathroom
2011-11-28 10:25:44\t\t2011-11-28 10:25:44\t\tShower\t\tPIR\t\tBathroom
2011-11-28 10:38:00\t\t2011-11-28 10:42:41\t\tToaster\t\tElectric\tKitchen
2011-11-29 12:22:38 \t2011-11-29 13:25:15\tSeat\t\tPressure\tLiving
2011-11-29 23:10:00\t\t2011-11-30 07:22:21\t\tBed\t\tPressure\tBedroom"""


PUBLISHED = os.environ.get("PILOTLIGHT_RECORDING")


@pytest.fixture(params=["invented", *(["published"] if PUBLISHED else [])])
def recording(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    if request.param == "published" and PUBLISHED:
        return Path(PUBLISHED)
    path = tmp_path / "sensors.txt"
    path.write_text(ROWS, encoding="utf-8")
    return path


def rows(path: Path) -> list[tuple[int, int, str, str]]:
    """Start and end in ms, device and type of each row, by a regular expression of this test's own."""
    pattern = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)\s+(\S+ \S+)\s+(\w+)\s+(\w+)\s+(\w+)\s*$", re.MULTILINE)
    found = pattern.findall(path.read_text(encoding="utf-8"))
    days = END - max(datetime.fromisoformat(end) for _, end, *_ in found).date()

    def ms(text: str) -> int:
        moment = datetime.fromisoformat(text) + timedelta(days=days.days)
        return int(moment.replace(tzinfo=ZoneInfo("Asia/Shanghai")).timestamp()) * 1000

    return [(ms(start), ms(end), f"{place}.{location}".lower(), kind) for start, end, location, kind, place in found]


def replayed(recording: Path, kind: str, folder: Path) -> City:
    out = folder / "city.json"
    wanted = ["--file", str(recording), "--as", kind, "--end", END.isoformat(), "--out", str(out)]
    assert main(["replay", *wanted]) == 0
    return read_city(out)


def said(city: City) -> list[dict[str, Any]]:
    return [{"device": sent.device, **sent.record} for sent in stream(city)]


def test_a_home_says_on_at_each_start_and_off_where_somebody_ends_something(recording: Path, tmp_path: Path) -> None:
    expected, seq = [], Counter[str]()
    for start, end, device, kind in rows(recording):
        moments = [("on", start), ("off", end)] if kind in {"Pressure", "Electric"} else [("on", start)]
        for action, ts in moments:
            use = {"device": device, "kind": "usage", "trigger": "local", "action": action}
            expected.append(use | {"ts": ts, "seq": seq[device]})
            seq[device] += 1

    assert said(replayed(recording, "home", tmp_path)) == expected


def test_a_venue_has_a_session_for_each_activation_of_a_second_at_least(recording: Path, tmp_path: Path) -> None:
    expected, seq = [], Counter[str]()
    for start, end, device, _ in rows(recording):
        if end - start >= 1000:
            visit = {"device": device, "kind": "session", "ts": start, "duration_s": (end - start) // 1000}
            expected.append(visit | {"seq": seq[device]})
            seq[device] += 1

    assert said(replayed(recording, "venue", tmp_path)) == expected


@pytest.mark.parametrize("kind", ["home", "venue"])
def test_what_is_registered_fits_the_contract_and_every_device_has_its_place(
    recording: Path, tmp_path: Path, kind: str
) -> None:
    city = replayed(recording, kind, tmp_path)
    devices = {device for _, _, device, _ in rows(recording)}

    for name, bodies in city.collections.items():
        for body in bodies:
            msgspec.convert(body, ENTITIES[name.removesuffix("s")])
    places = city.collections["slots" if kind == "home" else "installations"]
    assert {b["device"] for b in city.collections["bindings"]} == devices
    assert len(places) == len(devices)
    for line in city.recorded:
        msgspec.convert({"device": line["device"], **line["record"]}, Record)
        msgspec.convert(line["device"], DeviceId)
        msgspec.convert(line["site"], Slug)


def test_the_last_end_falls_on_the_day_asked_for_and_hours_stay_what_they_were(tmp_path: Path) -> None:
    path = tmp_path / "sensors.txt"
    path.write_text(ROWS, encoding="utf-8")

    records = said(replayed(path, "home", tmp_path))

    def clock(ts: int) -> str:
        return datetime.fromtimestamp(ts / 1000, ZoneInfo("Asia/Shanghai")).strftime("%Y-%m-%d %H:%M:%S")

    assert [clock(r["ts"]) for r in records[:2]] == ["2026-11-20 02:27:59", "2026-11-20 10:18:11"]
    assert clock(records[-1]["ts"]) == "2026-11-22 07:22:21"


@pytest.mark.parametrize("kind", ["home", "venue"])
def test_a_replay_can_be_packed_and_judged_as_any_city(
    tmp_path: Path, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "sensors.txt"
    path.write_text(ROWS, encoding="utf-8")
    city = replayed(path, kind, tmp_path)
    sent = tmp_path / "sent.jsonl"
    sent.write_text("".join(json.dumps(line) + "\n" for line in city.recorded), encoding="utf-8")
    capsys.readouterr()

    assert main(["expect", "--city", str(tmp_path / "city.json"), "--sent", str(sent)]) == 0

    told = json.loads(capsys.readouterr().out)
    messages = pack(city, stream(city))
    assert sum(len(message.records) for message in messages) == sum(told["points"].values()) == len(city.recorded)
    if kind == "home":
        assert (told["H4"]["total"]["numerator"], told["H4"]["total"]["denominator"]) == (6, 6)
        assert told["H7"]["total"]["denominator"] == 0
    else:
        # Six activations of a second and more; the cabinet's seven seconds and the toilet's 34 are too short.
        assert told["V2"]["total"] == 4
        assert told["V5"]["total"]["numerator"] == 3600 + 281 + 3600 + 3600


@pytest.mark.parametrize(
    "line", ["2011-11-28 10:00:00\tBed", "2011-11-28 10:00:01\t2011-11-28 10:00:00\tBed\tPressure\tX"]
)
def test_a_line_that_is_no_row_is_named(tmp_path: Path, line: str, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "sensors.txt"
    path.write_text(ROWS + "\n" + line, encoding="utf-8")

    wanted = ["--file", str(path), "--as", "home", "--end", "2026-11-22", "--out", str(tmp_path / "city.json")]
    assert main(["replay", *wanted]) == 2

    assert "line 10" in capsys.readouterr().err
