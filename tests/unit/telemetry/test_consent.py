"""Of a dwelling let without consent nothing is kept: record by record, on those days, and only counted."""

import gzip
import hashlib
import json
from pathlib import Path
from typing import Any

from services.telemetry.adapters.journal_files import JournalFiles
from services.telemetry.closing import Closing
from services.telemetry.directory import Directory
from services.telemetry.keeping import receipt
from services.telemetry.verify_journal import verify
from tests.unit.telemetry.home import Home, change
from tests.unit.telemetry.world import NOW, AMessage, Spooled, directory, heartbeat, kept_of, outcome, pack, reading

DAY_MS = 86_400_000
# NOW is the first instant of 2025-11-25


def tenancy(**said: Any) -> Any:
    row = {"pilot": "home-1", "dwelling_ref": "ref-1", "number": 1, "valid_from": "2025-01-01", "valid_to": None}
    return change("tenancy", "home-1/ref-1/1", row | {"consent": "WITHDRAWN", "consent_from": "2025-11-25"} | said)


def bound(device: str = "lamp", **said: Any) -> Any:
    row = {"vendor": "acme", "device": device, "valid_from": "2025-01-01", "slot": "home-1/ref-1/lamp-1"} | said
    return change("binding", f"acme/{device}/2025-01-01", row)


def refusing(*changes: Any) -> Directory:
    made = directory()
    made.take([bound(), tenancy(), *changes])
    return made


def test_a_record_of_a_day_after_consent_was_withdrawn_is_dropped_and_no_other() -> None:
    message = pack(heartbeat(ts=NOW), heartbeat(ts=NOW - 1), heartbeat(device="hmd"))
    found = outcome(message, refusing())
    assert [record.ts for _, record in found.accepted] == [NOW - 1, NOW]
    assert [position for position, _ in found.dropped] == [0]


def test_consent_given_later_is_not_given_for_the_days_before_and_a_refusal_is_one_of_every_day() -> None:
    message = pack(heartbeat(ts=NOW), heartbeat(ts=NOW - 1))
    given = refusing(tenancy(consent="REFUSED"), tenancy(consent="GIVEN"))
    assert [record.ts for _, record in outcome(message, given).accepted] == [NOW]
    assert len(outcome(message, refusing(tenancy(consent="REFUSED"))).dropped) == 2
    assert outcome(message, refusing(tenancy(consent="GIVEN", consent_from="2025-01-01"))).dropped == []
    withdrawn = refusing(tenancy(consent_from="2025-11-26", given_from="2025-11-25"))
    assert [record.ts for _, record in outcome(message, withdrawn).accepted] == [NOW]


def test_bad_records_of_that_device_are_not_kept_either() -> None:
    bad = pack(heartbeat(ts=NOW + 10 * DAY_MS), topic="telemetry/v1/acme/gw/home-1/lamp")
    nonsense = pack({"kind": "telepathy", "ts": NOW}, topic="telemetry/v1/acme/gw/home-1/lamp")
    for message in (bad, nonsense):
        found = outcome(message, refusing())
        assert (len(found.dropped), len(found.rejected)) == (1, 0)


def test_a_bad_record_of_that_device_inside_a_pack_is_not_kept_and_neither_is_nonsense_on_its_topic() -> None:
    found = outcome(pack(heartbeat(ts=NOW, seq="x"), heartbeat(device="hmd")), refusing())
    assert ([position for position, _ in found.dropped], len(found.rejected)) == ([0], 0)
    whole = outcome(AMessage("telemetry/v1/acme/gw/home-1/lamp", b"nonsense", NOW), refusing())
    assert (len(whole.dropped), len(whole.rejected)) == (1, 0)
    assert kept_of(AMessage("telemetry/v1/acme/gw/home-1/lamp", b"nonsense", NOW), known=refusing()).entries == []


def test_consent_given_again_and_the_end_of_a_tenancy_or_a_binding_end_the_refusal() -> None:
    for again in (
        tenancy(consent="GIVEN"),
        tenancy(consent="GIVEN", consent_from="2025-01-01"),
        tenancy(valid_to="2025-11-25", consent_from="2025-11-20"),
        bound(valid_to="2025-11-25"),
        bound(slot=None, installation="museum/hall/x"),
        change("tenancy", "home-1/ref-1/1", None),
        change("binding", "acme/lamp/2025-01-01", None),
    ):
        known = refusing()
        assert len(outcome(pack(heartbeat()), known).dropped) == 1
        known.take([again])
        assert outcome(pack(heartbeat()), known).dropped == []


def test_a_refusal_holds_from_its_own_page_of_the_change_feed_on_whichever_comes_first() -> None:
    for first, then in ((bound(), tenancy()), (tenancy(), bound())):
        known = directory()
        known.take([first])
        assert outcome(pack(heartbeat()), known).dropped == []
        known.take([then])
        assert len(outcome(pack(heartbeat()), known).dropped) == 1


def test_what_a_device_said_before_it_was_bound_or_after_is_not_the_dwellings_to_refuse() -> None:
    known = refusing(tenancy(consent="REFUSED"), bound(valid_from="2025-11-24", valid_to="2025-11-25"))
    message = pack(heartbeat(ts=NOW - DAY_MS - 1), heartbeat(ts=NOW - DAY_MS), heartbeat(ts=NOW - 1), heartbeat(ts=NOW))
    assert [position for position, _ in outcome(message, known).dropped] == [1, 2]


def test_the_feed_is_told_how_many_were_dropped_and_where_the_others_stand_in_its_own_message() -> None:
    message = pack(heartbeat(), heartbeat(ts="x", device="hmd"), heartbeat(device="new"), heartbeat(device="hmd"))
    told = receipt(outcome(message, refusing()))
    assert (told.accepted, told.parked, told.dropped) == (1, 1, 1)
    assert [(one.index, one.reason, one.field) for one in told.rejected] == [(1, "bad_record", "ts")]


def test_the_journal_has_the_rest_with_the_digest_of_all_of_it(tmp_path: Path) -> None:
    message = pack(heartbeat(), reading(device="hmd"), heartbeat(device="new"))
    spool = Spooled(tmp_path / "spool.db")
    n = spool.taking_in.keep(kept_of(message, known=refusing()))
    on_disk = b"".join(path.read_bytes() for path in tmp_path.glob("spool.db*"))  # the write-ahead log too
    assert (b"hmd" in on_disk, b"lamp" in on_disk) == (True, False)
    spool.giving_out.lines_written(n, None)
    spool.giving_out.events_published(n)
    spool.mirroring.mirrored(n, 0)
    spool.numbers.received(n)
    Closing(spool.giving_out, JournalFiles(tmp_path / "journal"), "w").step(NOW, at_stop=True)
    verify(tmp_path / "journal")
    (segment,) = (tmp_path / "journal").rglob("*.gz")
    line = json.loads(gzip.decompress(segment.read_bytes()).splitlines()[1])
    assert [record["device"] for record in json.loads(line["payload"])] == ["hmd", "new"]
    assert line["entry"]["sha256"] == hashlib.sha256(message.payload).hexdigest()
    assert (line["entry"]["dropped"], line["entry"]["aside"]) == (1, [{"index": 1, "reason": "unknown_device"}])


def test_of_a_message_of_which_nothing_is_left_only_the_count_is_kept() -> None:
    kept = kept_of(pack(heartbeat()), pack(reading(device="hmd")), known=refusing())
    assert [entry.payload for entry in kept.entries if hasattr(entry, "payload")] == [
        pack(reading(device="hmd")).payload
    ]
    counts = {what: count for (_, _, what), count in kept.counts.items()}
    assert counts == {"received": 2, "accepted": 1, "dropped:no_consent": 1}


def test_a_parked_record_whose_dwelling_refused_meanwhile_is_dropped_when_it_is_tried_again(tmp_path: Path) -> None:
    home = Home(tmp_path / "spool.db")
    home.receive(pack(heartbeat(device="late", ts=NOW), heartbeat(device="late", ts=NOW - DAY_MS)))
    arrived = home.directory.take([change("device", "acme/late", {}), bound("late"), tenancy()])
    home.replaying.devices_arrived(arrived.devices)
    assert home.replaying.step(NOW) == 1
    assert home.spool.counts() == {"accepted": 1, "dropped:no_consent": 1, "received": 2}


def test_what_is_heard_of_an_alias_is_refused_with_its_device_on_the_alias_days_only() -> None:
    def called(**said: Any) -> Any:
        row = {"vendor": "acme", "alias": "hmd", "valid_from": "2025-01-01", "device": "lamp"} | said
        return change("device_alias", "acme/hmd/2025-01-01", row)

    message = pack(heartbeat(device="hmd", ts=NOW), heartbeat(device="hmd", ts=NOW - 1))
    assert [record.ts for _, record in outcome(message, refusing(called())).accepted] == [NOW - 1]
    assert outcome(message, refusing(called(valid_to="2025-11-25"))).dropped == []
    assert outcome(message, refusing(called(), change("device_alias", "acme/hmd/2025-01-01", None))).dropped == []
