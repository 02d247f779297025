"""Tokens: JWTs signed with Ed25519 for quarter of an hour, and the public key by which anyone can check them."""

import base64
import hashlib
from typing import Any

import jwt
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from shared.contracts.registry import Key
from shared.failures import Rejected
from shared.runtime.auth import ALGORITHM, ISSUER

LIFETIME_S = 900


class SigningKey:
    """The registry's signing key, read from PEM (PKCS 8)."""

    def __init__(self, pem: bytes) -> None:
        key = load_pem_private_key(pem, password=None)
        if not isinstance(key, Ed25519PrivateKey):
            raise TypeError("the signing key is not an Ed25519 key")
        self._private = key
        self._public = key.public_key()
        raw = self._public.public_bytes(Encoding.Raw, PublicFormat.Raw)
        jwk = {"crv": "Ed25519", "kty": "OKP", "x": _base64url(raw)}
        self._id = _base64url(hashlib.sha256(rfc8785.dumps(jwk)).digest())  # RFC 7638: the thumbprint
        self._jwk = {**jwk, "use": "sig", "alg": ALGORITHM, "kid": self._id}

    def issue(self, key: Key, now_s: int) -> str:
        """A token that says who calls, valid for LIFETIME_S from ``now_s`` (epoch seconds)."""
        claims = {
            "iss": ISSUER,
            "sub": key.key,
            "name": key.name,
            "role": key.role,
            "districts": key.districts,
            "vendors": key.vendors,
            "iat": now_s,
            "exp": now_s + LIFETIME_S,
        }
        return jwt.encode(claims, self._private, ALGORITHM, headers={"kid": self._id})

    def published(self) -> dict[str, Any]:
        """The JSON Web Key Set (RFC 7517)."""
        return {"keys": [self._jwk]}

    def get(self, token: str) -> Any:
        """The public key for a token; see :class:`shared.runtime.auth.PublicKeys`.

        :raises Rejected: ``bad_token`` if another key signed it, or none
        """
        try:
            header = jwt.get_unverified_header(token)
        except jwt.PyJWTError as error:
            raise Rejected("bad_token") from error
        if header.get("kid") != self._id:
            raise Rejected("bad_token")
        return self._public


def new_signing_key() -> bytes:
    """A fresh signing key as PEM."""
    return Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
