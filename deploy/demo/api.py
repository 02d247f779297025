"""Calls to our HTTP services as any client makes them: a key and secret, a token, JSON."""

from typing import Any

import requests


class ApiError(Exception):
    """An answer that was not a success; the text is the problem's."""


_WHATEVER_VERSION = {"If-Match": "*"}  # nobody else changes it meanwhile


class Api:
    """One caller: a key of the registry, usable at every service."""

    def __init__(self, registry_url: str, key: str, secret: str) -> None:
        self._registry_url = registry_url
        self._key = {"key": key, "secret": secret}
        self._session = requests.Session()
        self._renew()

    def get(self, url: str, **params: Any) -> Any:
        """GET and decode.

        :raises ApiError: if the answer is not 2xx
        """
        return self._call("GET", url, params=params)

    def post(self, url: str, body: Any) -> Any:
        """POST JSON and decode.

        :raises ApiError: if the answer is not 2xx
        """
        return self._call("POST", url, json=body)

    def patch(self, url: str, body: Any) -> Any:
        """PATCH JSON and decode.

        :raises ApiError: if the answer is not 2xx
        """
        return self._call("PATCH", url, json=body, headers=_WHATEVER_VERSION)

    def act(self, url: str, body: Any) -> Any:
        """POST what is done to something that is there: a verification, a decision.

        :raises ApiError: if the answer is not 2xx
        """
        return self._call("POST", url, json=body, headers=_WHATEVER_VERSION)

    def token(self) -> str:
        """A token of now, for a call made by other means."""
        self._renew()
        return str(self._session.headers["Authorization"]).removeprefix("Bearer ")

    def _call(self, method: str, url: str, **kwargs: Any) -> Any:
        answer = self._session.request(method, url, timeout=60, **kwargs)
        if answer.status_code == 401:  # the token ran out
            self._renew()
            answer = self._session.request(method, url, timeout=60, **kwargs)
        if not answer.ok:
            raise ApiError(f"{method} {url}: {answer.status_code} {answer.text}")
        return answer.json()

    def _renew(self) -> None:
        answer = requests.post(f"{self._registry_url}/v1/tokens", json=self._key, timeout=10)
        if not answer.ok:
            raise ApiError(f"no token: {answer.status_code} {answer.text}")
        self._session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
