"""Calls to the registry's API by a machine of ours: a key and secret, exchanged for short-lived tokens."""

import time
from pathlib import Path
from typing import Any

import msgspec
import requests

from shared.contracts.registry import Changes
from shared.failures import Unavailable

_EARLY_S = 60


class Credentials(msgspec.Struct, frozen=True):
    """A machine's key, as written by the registry's bootstrap."""

    key: str
    secret: str


class RegistryClient:
    """One connection to the registry; belongs to one thread."""

    def __init__(self, url: str, credentials: Path) -> None:
        self._url = url
        self._path = credentials
        self._session = requests.Session()
        self._token_until = 0.0

    def changes(self, after: int, wait_s: int, limit: int = 5_000) -> Changes:
        """The next page of the change feed, waiting up to ``wait_s`` seconds for one change.

        :raises Unavailable: if the registry does not answer, answers something else, or refuses our credentials
        """
        params: dict[str, Any] = {"after": after, "wait": wait_s, "limit": limit}
        answer = self._get("/v1/changes", params, timeout_s=wait_s + 10)
        try:
            return msgspec.json.decode(answer, type=Changes)
        except msgspec.MsgspecError as error:
            raise Unavailable("registry", f"an answer that is no page of changes: {error}") from error

    def _get(self, path: str, params: dict[str, Any], timeout_s: float) -> bytes:
        try:
            if time.monotonic() >= self._token_until:
                self._renew()
            answer = self._session.get(self._url + path, params=params, timeout=timeout_s)
            if answer.status_code == 401:  # keys were rotated, or the clock stepped: once more with a fresh token
                self._renew()
                answer = self._session.get(self._url + path, params=params, timeout=timeout_s)
            answer.raise_for_status()
        except (requests.RequestException, OSError) as error:
            raise Unavailable("registry", str(error)) from error
        return answer.content

    def _renew(self) -> None:
        key = msgspec.json.decode(self._path.read_bytes(), type=Credentials)
        answer = self._session.post(f"{self._url}/v1/tokens", json={"key": key.key, "secret": key.secret}, timeout=10)
        answer.raise_for_status()
        token = answer.json()
        self._session.headers["Authorization"] = f"Bearer {token['access_token']}"
        self._token_until = time.monotonic() + token["expires_in"] - _EARLY_S
