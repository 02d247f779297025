"""The hash chain holds, and names the first row at which it does not."""

import hashlib

import msgspec
import pytest

from services.registry.chain import EMPTY, FIRST, Broken, Head, hash_of, verify
from shared.contracts.registry import Change


def log(length: int) -> list[Change]:
    rows: list[Change] = []
    for sequence in range(1, length + 1):
        row = Change(
            sequence,
            "2026-11-23T00:00:00.000Z",
            "k-1",
            "pilot",
            f"p{sequence}",
            1,
            None,
            {"slug": f"p{sequence}", "name": "示范"},
            rows[-1].hash if rows else FIRST,
            "",
        )
        rows.append(msgspec.structs.replace(row, hash=hash_of(row)))
    return rows


def test_a_hash_is_sha256_over_the_previous_hash_and_the_canonical_row() -> None:
    """The canonical form written out by hand, after RFC 8785: keys in order, no blanks, UTF-8."""
    canonical = (
        '{"actor":"k-1","after":{"name":"示范","slug":"p1"},"before":null,"entity":"pilot","id":"p1",'
        '"sequence":1,"time":"2026-11-23T00:00:00.000Z","version":1}'
    )
    assert log(1)[0].hash == hashlib.sha256(b"0" * 64 + canonical.encode()).hexdigest()


def test_a_whole_log_holds_and_gives_its_head() -> None:
    rows = log(5)
    assert verify(rows) == Head(5, rows[-1].hash)
    assert verify(rows[3:], after=Head(3, rows[2].hash)) == Head(5, rows[-1].hash)
    assert verify([]) == EMPTY


def test_a_row_that_was_changed_is_named() -> None:
    rows = log(5)
    rows[2] = msgspec.structs.replace(rows[2], actor="somebody else")
    with pytest.raises(Broken, match="change 3: is not what was hashed"):
        verify(rows)


def test_a_row_that_was_changed_and_hashed_anew_breaks_the_next() -> None:
    rows = log(5)
    changed = msgspec.structs.replace(rows[2], actor="somebody else")
    rows[2] = msgspec.structs.replace(changed, hash=hash_of(changed))
    with pytest.raises(Broken, match="change 4: does not follow"):
        verify(rows)


def test_a_row_that_is_missing_is_named() -> None:
    rows = log(5)
    del rows[1]
    with pytest.raises(Broken) as broken:
        verify(rows)
    assert broken.value.sequence == 2


def test_two_rows_that_changed_places_are_found() -> None:
    rows = log(5)
    rows[1], rows[2] = rows[2], rows[1]
    with pytest.raises(Broken) as broken:
        verify(rows)
    assert broken.value.sequence == 2
