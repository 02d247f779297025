"""Calls to our own HTTP services by a machine of ours: a key and secret, exchanged for short-lived tokens."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import requests

from shared.failures import Rejected, Unavailable

_EARLY_S = 60


class Credentials(msgspec.Struct, frozen=True):
    """A machine's key, as written by the registry's bootstrap."""

    key: str
    secret: str


class ServiceClient:
    """One connection to one service, with the registry's tokens; belongs to one thread.

    :param part: the service's name in an Unavailable
    """

    def __init__(self, part: str, url: str, registry_url: str, credentials: Path) -> None:
        self._part = part
        self._url = url
        self._registry_url = registry_url
        self._path = credentials
        self._session = requests.Session()
        self._token_until = 0.0

    def get(self, path: str, params: Any = None, timeout_s: float = 10) -> bytes:
        """The body of a GET.

        :raises Unavailable: if the service does not answer, answers an error, or the registry refuses our credentials
        """
        with self._available():
            answer = self._asked("GET", path, params=params, timeout=timeout_s)
            answer.raise_for_status()
            return answer.content

    @contextmanager
    def lines(self, path: str, params: Any = None, timeout_s: float = 60) -> Iterator[Iterator[bytes]]:
        """The lines of a GET, while they come.

        :raises Unavailable: as :meth:`get`, also where the answer breaks off inside the block
        """
        with self._available(), self._asked("GET", path, params=params, timeout=timeout_s, stream=True) as answer:
            answer.raise_for_status()
            yield answer.iter_lines(chunk_size=1 << 16)

    def send(self, method: str, path: str, body: Any, timeout_s: float = 10) -> bytes:
        """The body of the answer to a POST or PATCH of JSON; a PATCH is of whatever version there is by now.

        :raises Rejected: ``refused_by_service`` if the service says that what was sent cannot be (409, 422)
        :raises Unavailable: if it does not answer or answers another error: a wrong key or a proxy says nothing of it
        """
        with self._available():
            headers = {"If-Match": "*"} if method == "PATCH" else {}
            answer = self._asked(method, path, json=body, headers=headers, timeout=timeout_s)
            if answer.status_code in (409, 422):
                raise Rejected("refused_by_service", status=answer.status_code, detail=answer.text[:2000])
            answer.raise_for_status()
            return answer.content

    def _asked(self, method: str, path: str, **what: Any) -> requests.Response:
        if time.monotonic() >= self._token_until:
            self._renew()
        answer = self._session.request(method, self._url + path, **what)
        if answer.status_code == 401:  # keys were rotated, or the clock stepped: once more with a fresh token
            answer.close()
            self._renew()
            answer = self._session.request(method, self._url + path, **what)
        return answer

    @contextmanager
    def _available(self) -> Iterator[None]:
        try:
            yield
        except (requests.RequestException, OSError) as error:
            raise Unavailable(self._part, str(error)) from error

    def _renew(self) -> None:
        key = msgspec.json.decode(self._path.read_bytes(), type=Credentials)
        said = {"key": key.key, "secret": key.secret}
        answer = self._session.post(f"{self._registry_url}/v1/tokens", json=said, timeout=10)
        answer.raise_for_status()
        token = answer.json()
        self._session.headers["Authorization"] = f"Bearer {token['access_token']}"
        self._token_until = time.monotonic() + token["expires_in"] - _EARLY_S
