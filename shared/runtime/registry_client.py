"""The registry's change feed, read by a machine of ours."""

from pathlib import Path
from typing import Any

import msgspec

from shared.contracts.registry import Changes
from shared.failures import Unavailable
from shared.runtime.service_client import ServiceClient


class RegistryClient:
    """One connection to the registry; belongs to one thread."""

    def __init__(self, url: str, credentials: Path) -> None:
        self._service = ServiceClient("registry", url, url, credentials)

    def changes(self, after: int, wait_s: int, limit: int = 5_000) -> Changes:
        """The next page of the change feed, waiting up to ``wait_s`` seconds for one change.

        :raises Unavailable: if the registry does not answer, answers something else, or refuses our credentials
        """
        params: dict[str, Any] = {"after": after, "wait": wait_s, "limit": limit}
        answer = self._service.get("/v1/changes", params, timeout_s=wait_s + 10)
        try:
            return msgspec.json.decode(answer, type=Changes)
        except msgspec.MsgspecError as error:
            raise Unavailable("registry", f"an answer that is no page of changes: {error}") from error
