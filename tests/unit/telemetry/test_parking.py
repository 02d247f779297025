"""What a vendor may park is bounded in bytes: beyond it records are not accepted, and the receipt says how many."""

import json
import random
import zlib
from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, strategies as st

from services.telemetry import counters
from services.telemetry.adapters.sqlite_spool import SqliteSpool
from services.telemetry.ingest import Ingest
from services.telemetry.keeping import receipt
from services.telemetry.model import Decoded, Outcome, ReceivedEntry, SetAside
from services.telemetry.parking import Room, within_quota
from services.telemetry.replaying import Replaying
from shared.contracts.receipts import Receipt
from tests.unit.telemetry.home import LATER
from tests.unit.telemetry.world import AMessage, Json, Spooled, decoded, directory, heartbeat, pack, usage

OTHER = "telemetry/v1/other/gw/home-1"


def unknown(number: int) -> Json:
    return usage(device=f"new-{number}")


def compressed(*records: Json) -> int:
    """What they take in the spool, as one row."""
    return len(zlib.compress(b"[" + b",".join(json.dumps(record).encode() for record in records) + b"]"))


ONE = compressed(unknown(1))


class Parked:
    """A worker's way in, whose vendors may park so many bytes."""

    def __init__(self, path: Path, quota: int) -> None:
        self.path, self.quota = path, quota
        self.directory = directory()
        self.told: list[Receipt] = []
        self.restart()

    def restart(self) -> None:
        self.spool = Spooled(self.path)
        self.taking_in = SqliteSpool(self.spool.file, parking_quota_bytes=self.quota)
        self.replaying = Replaying(self.directory, self.taking_in)

    def receive(self, *messages: AMessage) -> list[Receipt]:
        self.told = []
        Ingest[AMessage](self.directory, self.taking_in, self._tell).ingest(messages)
        return self.told

    def _tell(self, _batch: Sequence[AMessage], outcomes: Sequence[Outcome]) -> None:
        self.told = [receipt(outcome) for outcome in outcomes]

    def bytes_of(self, vendor: str) -> int:
        """What lies in the file, asked for without any of our code."""
        query = "SELECT coalesce(sum(length(raw)), 0) FROM parked WHERE vendor = ?"
        return int(self.spool.file.connection().execute(query, (vendor,)).fetchone()[0])

    def entries(self) -> list[ReceivedEntry]:
        batches = self.spool.giving_out.entries(10**9)
        return [entry for _, entries in batches for entry in entries if isinstance(entry, ReceivedEntry)]


@pytest.fixture
def worker(tmp_path: Path) -> Parked:
    return Parked(tmp_path / "spool.db", 2 * ONE)


def test_what_finds_no_room_is_not_accepted_and_its_neighbours_are_kept(worker: Parked) -> None:
    pack_of_all = pack(unknown(1), usage(), unknown(2), unknown(3), heartbeat(ts="x"))
    (told,) = worker.receive(pack_of_all)
    assert msgspec.to_builtins(told) == {
        "accepted": 1,
        "parked": 2,
        "rejected": [{"index": 4, "reason": "bad_record", "field": "ts"}],
        "not_accepted": {"parking_full": 1},
    }
    assert worker.spool.counts() == {
        "accepted": 1,
        "not_accepted:parking_full": 1,
        "parked:unknown_device": 2,
        "received": 5,
        "rejected:bad_record": 1,
    }
    assert worker.bytes_of("acme") == 2 * ONE == worker.quota
    (entry,) = worker.entries()
    assert [(aside.index, aside.reason) for aside in entry.aside] == [
        (0, "unknown_device"),
        (2, "unknown_device"),
        (3, "parking_full"),
        (4, "bad_record"),
    ]


def test_a_message_of_which_nothing_was_accepted_is_only_counted(worker: Parked) -> None:
    worker.receive(pack(unknown(1)), pack(unknown(2)))
    (told,) = worker.receive(pack(unknown(3)))
    assert told == Receipt(0, 0, [], not_accepted={"parking_full": 1})
    assert len(worker.entries()) == 2
    assert worker.spool.counts()["received"] == 3


def test_the_quota_is_each_vendors_own_and_outlives_a_restart(worker: Parked) -> None:
    worker.receive(pack(unknown(1)), pack(unknown(2)))
    worker.restart()
    mine, others = worker.receive(pack(unknown(3)), pack(unknown(4), topic=OTHER))
    assert (mine.parked, mine.not_accepted, others.parked) == (0, {"parking_full": 1}, 1)


def test_room_returns_when_rows_are_replayed(worker: Parked) -> None:
    worker.receive(pack(unknown(1)), pack(unknown(2)))
    worker.directory.add_device("acme", "new-1")
    worker.replaying.devices_arrived([("acme", "new-1")])
    assert worker.replaying.step(LATER) == 1
    assert worker.taking_in.parking_left("acme") == ONE
    assert [told.parked for told in worker.receive(pack(unknown(3)), pack(unknown(4)))] == [1, 0]


def test_room_returns_when_rows_expire(worker: Parked) -> None:
    worker.receive(pack(unknown(1)), pack(unknown(2)))
    worker.replaying.expire(LATER)
    assert worker.taking_in.parking_left("acme") == 2 * ONE
    assert worker.spool.counts() == {"expired": 2, "received": 2}
    worker.restart()
    assert worker.taking_in.parking_left("acme") == 2 * ONE


def test_a_parked_record_that_is_moved_to_another_reason_takes_its_room_once(worker: Parked) -> None:
    worker.receive(pack(unknown(1), topic="telemetry/v1/acme/gw/nowhere"))
    before = worker.taking_in.parking_left("acme")
    worker.directory.add_site("home", "nowhere", "baoan")
    worker.replaying.sites_arrived(["nowhere"])
    assert worker.replaying.step(LATER) == 1
    assert worker.taking_in.parking_left("acme") == before == worker.quota - worker.bytes_of("acme")


def test_what_compresses_well_is_measured_compressed(worker: Parked) -> None:
    many = [unknown(1) | {"seq": seq, "note": "x" * 500} for seq in range(20)]
    worker.quota = compressed(*many)
    worker.restart()
    assert [told.parked for told in worker.receive(pack(*many))] == [20]
    assert worker.taking_in.parking_left("acme") == 0


@given(
    st.lists(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 9)), min_size=1, max_size=4), max_size=6),
    st.integers(0, 12),
)
def test_in_any_batch_the_rows_that_fit_in_order_are_parked(packs: list[list[tuple[str, int]]], ones: int) -> None:
    messages = [pack(*(usage(device=f"new-{device}", seq=seq) for device, seq in one)) for one in packs]
    left = ones * ONE
    outcomes = within_quota(decoded(*messages), lambda _vendor: left).outcomes

    expected = []  # row by row, in the order of the messages and of the devices in each
    for message in messages:
        by_device: dict[str, list[Json]] = {}
        parked = 0
        for record in json.loads(message.payload):
            by_device.setdefault(record["device"], []).append(record)
        for records in by_device.values():
            if (size := compressed(*records)) <= left:
                left -= size
                parked += len(records)
        expected.append(parked)
    assert [len(o.parked) + len(o.not_accepted) for o in outcomes] == [len(one) for one in packs]
    assert [len(o.parked) for o in outcomes] == expected


@pytest.mark.parametrize("size", [1, 100, 1_000_000])
def test_what_grows_when_it_is_compressed_is_measured_compressed_too(size: int) -> None:
    raw = random.Random(size).randbytes(size)  # zlib finds nothing to save in it
    one = Outcome("acme", "gw", "home-1", None, parked=[SetAside(0, "unknown_device", None, 0, raw, "new")])
    taken = len(zlib.compress(b"[" + raw + b"]"))
    assert taken > size
    (fits,) = within_quota(Decoded([one], []), {"acme": taken}.__getitem__).outcomes
    (does_not,) = within_quota(Decoded([one], []), {"acme": taken - 1}.__getitem__).outcomes
    assert (len(fits.parked), len(does_not.parked), len(does_not.not_accepted)) == (1, 0, 1)


def test_the_alarm_rises_each_time_a_vendor_passes_80_percent() -> None:
    room = Room(100, {"alarmed": 79})
    risen = counters.PARKING_NEARLY_FULL.labels("alarmed")
    before = risen._value.get()
    for change in (1, 10, -20, 5, 5, 0):  # 80, 90, 70, 75, 80, 80
        room.add("alarmed", change)
    assert risen._value.get() - before == 2
    assert counters.PARKED_BYTES.labels("alarmed")._value.get() == 80
