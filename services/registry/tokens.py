"""Tokens: JWTs signed with Ed25519 for quarter of an hour, and the public keys by which anyone can check them.

The keys stand in one file of PEM blocks (RFC 7468), each under a line ``Signs from: 2026-11-29T16:15:00.000Z``; one
without that line signs from the beginning. From the file and the time follows everything: the last one whose time has
come signs, and one that has been succeeded is published until the last token it signed has expired.
"""

import base64
import hashlib
import re
from collections.abc import Sequence
from typing import NamedTuple

import jwt
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from shared.contracts.civil_time import ms_from_rfc3339, rfc3339
from shared.failures import Rejected
from shared.runtime.auth import ALGORITHM, ISSUER, LEEWAY_S, Principal

LIFETIME_S = 900
GRACE_S = 7_200  # twice the hour for which a verifier keeps what it fetched (shared.runtime.auth.PublishedKeys)
_KEPT_MS = (LIFETIME_S + 2 * LEEWAY_S) * 1000  # verifiers' clocks may be late, and those of who signs too
_BLOCK = re.compile(
    rb"(?:^Signs from: (\S+)\r?\n)?^(-----BEGIN PRIVATE KEY-----.+?-----END PRIVATE KEY-----)", re.MULTILINE | re.DOTALL
)


class SigningKey(NamedTuple):
    """A key, the moment from which it signs (epoch milliseconds), and how it is published."""

    signs_from_ms: int
    private: Ed25519PrivateKey
    jwk: dict[str, str]

    @property
    def public(self) -> Ed25519PublicKey:
        """The half by which tokens are checked."""
        return self.private.public_key()


class KeyRing:
    """The signing keys of a file.

    :raises ValueError: if the file has no key, or what is no Ed25519 key in PEM (PKCS 8), or no moment
    """

    def __init__(self, pem: bytes) -> None:
        keys = [_signing_key(block[2], block[1]) for block in _BLOCK.finditer(pem)]
        if not keys:
            raise ValueError("no private key in PEM (PKCS 8)")
        self.keys: Sequence[SigningKey] = sorted(keys, key=lambda key: key.signs_from_ms)

    def issue(self, who: Principal, now_ms: int) -> str:
        """A token that says who calls, valid for LIFETIME_S from now."""
        key = [self.keys[0], *(key for key in self.keys if key.signs_from_ms <= now_ms)][-1]
        now_s = now_ms // 1000
        claims = {
            "iss": ISSUER,
            "sub": who.key,
            "name": who.name,
            "role": who.role,
            "districts": who.districts,
            "vendors": who.vendors,
            "iat": now_s,
            "exp": now_s + LIFETIME_S,
        }
        return jwt.encode(claims, key.private, ALGORITHM, headers={"kid": key.jwk["kid"]})

    def published(self, now_ms: int) -> list[SigningKey]:
        """The keys by which a token may be checked now: those that sign, signed lately, or soon will."""
        last = [successor.signs_from_ms + _KEPT_MS for successor in self.keys[1:]]
        return [key for key, until_ms in zip(self.keys, [*last, now_ms + 1], strict=True) if now_ms < until_ms]

    def public_key(self, token: str, now_ms: int) -> Ed25519PublicKey:
        """The public key for a token.

        :raises Rejected: ``bad_token`` if another key signed it, or none
        """
        try:
            kid = jwt.get_unverified_header(token).get("kid")
        except jwt.PyJWTError as error:
            raise Rejected("bad_token") from error
        for key in self.published(now_ms):
            if key.jwk["kid"] == kid:
                return key.public
        raise Rejected("bad_token")

    def rotated(self, now_ms: int, grace_s: int) -> bytes:
        """The file with a fresh key that signs after ``grace_s``, and without those no longer published."""
        blocks = [_block(key.private, key.signs_from_ms) for key in self.published(now_ms)]
        return b"".join((*blocks, _block(Ed25519PrivateKey.generate(), now_ms + grace_s * 1000)))


def new_signing_key() -> bytes:
    """A fresh signing key as PEM."""
    return _pem(Ed25519PrivateKey.generate())


def _block(private: Ed25519PrivateKey, signs_from_ms: int) -> bytes:
    return f"Signs from: {rfc3339(signs_from_ms)}\n".encode() + _pem(private)


def _pem(private: Ed25519PrivateKey) -> bytes:
    return private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _signing_key(pem: bytes, signs_from: bytes | None) -> SigningKey:
    private = load_pem_private_key(pem, password=None)
    if not isinstance(private, Ed25519PrivateKey):
        raise ValueError("the signing key is not an Ed25519 key")  # noqa: TRY004  # a file's content, no argument's type
    raw = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    jwk = {"crv": "Ed25519", "kty": "OKP", "x": _base64url(raw)}
    kid = _base64url(hashlib.sha256(rfc8785.dumps(jwk)).digest())  # RFC 7638: the thumbprint
    published = {**jwk, "use": "sig", "alg": ALGORITHM, "kid": kid}
    return SigningKey(ms_from_rfc3339(signs_from.decode()) if signs_from else 0, private, published)


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
