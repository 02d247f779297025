"""Streams in which much is taken back: late, doubled, withdrawn, in conflict; on few identities, so that they meet."""

from datetime import date
from typing import Any

from hypothesis import strategies as st

from tests.unit.adoption.cities import Json, digest, midnight_ms

FIRST = date(2024, 2, 28)
START = midnight_ms(FIRST)
DAY_MS = 86_400_000
TIMES = [START, START + 60_000, START + DAY_MS - 1, START + DAY_MS, START + DAY_MS + 61_000]
DEVICES = ["lamp-1", "hmd-1"]
SAID: dict[str, st.SearchStrategy[Json]] = {
    "heartbeat": st.just({}),
    "reading": st.sampled_from([{"values": {"power_w": 1.5}}, {"values": {"on": True}}, {"values": {"on": 1.0}}]),
    "usage": st.fixed_dictionaries(
        {"action": st.sampled_from(["on", "ack"]), "trigger": st.sampled_from(["local", "app", "schedule"])}
    ),
    "session": st.fixed_dictionaries(
        {"duration_s": st.sampled_from([1, 90, 86_400]), "content": st.none(), "headcount": st.none()}
        | {"completed": st.sampled_from([None, True])}
    ),
    "fault": st.fixed_dictionaries({"code": st.just("e-1"), "active": st.booleans()}),
}


@st.composite
def records(draw: Any, tests: bool = True) -> Json:
    """Any record; a third are voids."""
    kind = draw(st.sampled_from([*SAID, "usage", "session", "void", "void", "void"]))
    found = {"kind": kind, "vendor": "acme", "site": draw(st.sampled_from(["xili", "xili", "museum"]))}
    found |= {"device": draw(st.sampled_from(DEVICES)), "ts": draw(st.sampled_from(TIMES))}
    found |= {"seq": draw(st.sampled_from([0, 0, 1]))}
    if tests and draw(st.sampled_from([False] * 9 + [True])):
        found["test"] = True
    if kind == "void":
        of = st.fixed_dictionaries(
            {"kind": st.sampled_from(sorted(SAID)), "ts": st.sampled_from(TIMES), "seq": st.sampled_from([0, 0, 1])}
        )
        found["of"] = draw(of)
    else:
        found |= draw(SAID[kind])
    late = draw(st.sampled_from([0, 0, 1, 2, 3, 5]))
    return found | {"sha": digest(found), "received_ms": found["ts"] + 100 + late * DAY_MS}


@st.composite
def streams(draw: Any) -> list[Json]:
    """Records, some of them withdrawn by name, some received again later."""
    found = draw(st.lists(records(), min_size=1, max_size=14))
    for record in draw(st.lists(st.sampled_from(found), max_size=4)):
        if record["kind"] != "void":
            of = {"kind": record["kind"], "ts": record["ts"], "seq": record["seq"]}
            place = {name: record[name] for name in ("vendor", "site", "device")}
            void = {
                "kind": "void",
                **place,
                "ts": draw(st.sampled_from(TIMES)),
                "seq": draw(st.integers(0, 1)),
                "of": of,
            }
            late = draw(st.sampled_from([0, 1, 4]))
            found.append(void | {"sha": digest(void), "received_ms": void["ts"] + 100 + late * DAY_MS})
    again = draw(st.lists(st.sampled_from(found), max_size=3))
    return [*found, *(record | {"received_ms": record["received_ms"] + DAY_MS} for record in again)]
