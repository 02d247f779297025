"""Signing keys follow one another: published before they sign, and until the last token they signed has expired."""

from pathlib import Path

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import given, strategies as st

from services.registry.adapters.pem_signing_keys import PemSigningKeys
from services.registry.tokens import LIFETIME_S, KeyRing, new_signing_key
from shared.failures import Rejected
from shared.runtime.auth import Principal

WHO = Principal("k-1", "某处", "auditor")
NOON_MS = 1_790_000_000_000
HOUR_MS = 3_600_000


def kid_of(token: str) -> str:
    return str(jwt.get_unverified_header(token)["kid"])


def kids(ring: KeyRing, now_ms: int) -> list[str]:
    return [key.jwk["kid"] for key in ring.published(now_ms)]


def test_a_fresh_key_is_published_at_once_and_signs_after_the_grace() -> None:
    first = KeyRing(new_signing_key())
    (old,) = kids(first, NOON_MS)
    ring = KeyRing(first.rotated(NOON_MS, 3_600))
    assert kids(ring, NOON_MS)[0] == old
    fresh = kids(ring, NOON_MS)[1]
    assert kid_of(ring.issue(WHO, NOON_MS + HOUR_MS - 1)) == old
    assert kid_of(ring.issue(WHO, NOON_MS + HOUR_MS)) == fresh


def test_a_succeeded_key_is_published_until_its_last_token_has_expired_everywhere() -> None:
    ring = KeyRing(KeyRing(new_signing_key()).rotated(NOON_MS, 3_600))
    signed = ring.issue(WHO, NOON_MS + HOUR_MS - 1)
    expires_ms = jwt.decode(signed, options={"verify_signature": False})["exp"] * 1000
    assert kid_of(signed) in kids(ring, expires_ms + 30_000)  # who checks grants 30 s
    assert kid_of(signed) not in kids(ring, expires_ms + 120_000)
    with pytest.raises(Rejected, match="bad_token"):
        ring.public_key(signed, expires_ms + 120_000)


def test_the_next_rotation_takes_what_is_no_longer_published_out_of_the_file() -> None:
    first = new_signing_key()
    second = KeyRing(first).rotated(NOON_MS, 0)
    third = KeyRing(second).rotated(NOON_MS + HOUR_MS, 0)
    assert [len(KeyRing(pem).keys) for pem in (first, second, third)] == [1, 2, 2]
    assert KeyRing(third).keys[0].jwk == KeyRing(second).keys[1].jwk


@given(
    rotations=st.lists(st.tuples(st.integers(0, 7 * HOUR_MS), st.integers(0, 7_200)), max_size=6),
    issued_ms=st.integers(0, 30 * HOUR_MS),
    checked_s=st.integers(0, LIFETIME_S),
)
def test_however_often_keys_are_rotated_every_token_can_be_checked_while_it_is_valid(
    rotations: list[tuple[int, int]], issued_ms: int, checked_s: int
) -> None:
    """A verifier reads the file as it stands when it checks, the signer as it stands when it signs."""
    now_ms, pem = 0, new_signing_key()
    files = [(0, pem)]
    for later_ms, grace_s in rotations:
        now_ms += later_ms
        pem = KeyRing(pem).rotated(now_ms, grace_s)
        files.append((now_ms, pem))

    def at(moment_ms: int) -> KeyRing:
        return KeyRing([content for since_ms, content in files if since_ms <= moment_ms][-1])

    token = at(issued_ms).issue(WHO, issued_ms)
    checked_ms = issued_ms + checked_s * 1000
    public = at(checked_ms).public_key(token, checked_ms)
    assert jwt.decode(token, public, ["EdDSA"], options={"verify_exp": False, "verify_iat": False})["sub"] == "k-1"


def test_a_running_process_notices_another_file_and_keeps_its_keys_while_there_is_none(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    path.write_bytes(new_signing_key())
    keys = PemSigningKeys(path, lambda: NOON_MS)
    before = kids(keys.ring(), NOON_MS)
    path.write_bytes(keys.ring().rotated(NOON_MS, 60))
    assert kids(keys.ring(), NOON_MS)[:1] == before
    after = kids(keys.ring(), NOON_MS)
    assert len(after) == 2
    path.write_bytes(b"-----BEGIN PRIVATE KEY-----\nhalf\n")
    assert kids(keys.ring(), NOON_MS) == after
    path.unlink()
    assert kids(keys.ring(), NOON_MS) == after


def test_a_file_without_an_ed25519_key_is_refused() -> None:
    rsa = generate_private_key(65537, 2048).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    for content in (b"", b"Signs from: 2026-11-29T16:15:00.000Z\n", rsa, b"Signs from: noon\n" + new_signing_key()):
        with pytest.raises(ValueError, match=r"key|noon"):
            KeyRing(content)


@pytest.mark.parametrize("token", ["", "no.token", jwt.encode({}, "x" * 32, "HS256")])
def test_what_no_published_key_signed_is_a_bad_token(token: str) -> None:
    with pytest.raises(Rejected, match="bad_token"):
        KeyRing(new_signing_key()).public_key(token, NOON_MS)
