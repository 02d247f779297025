"""The registry as telemetry drafts outages there."""

from typing import Any

from services.telemetry.heartbeats import Silence
from shared.runtime.service_client import ServiceClient


class RegistryOutages:
    """Drafts outages; belongs to one thread."""

    def __init__(self, client: ServiceClient) -> None:
        self._client = client

    def draft(self, vendor: str, feed: str, silence: Silence, cause: str) -> None:
        """Draft an outage; the same again changes nothing.

        :raises Rejected: if the registry refuses it
        :raises Unavailable: if it does not answer
        """
        said: dict[str, Any] = {"vendor": vendor, "feed": feed, "from_ms": silence.from_ms, "cause": cause}
        if silence.to_ms is not None:
            said["to_ms"] = silence.to_ms
        self._client.send("POST", "/v1/outages", [said])

    def end(self, vendor: str, feed: str, silence: Silence) -> None:
        """Say when a drafted outage ended.

        :raises Rejected: if the registry refuses it: it has been decided
        :raises Unavailable: if it does not answer
        """
        path = f"/v1/outages/{vendor}/{feed}/{silence.from_ms}"
        self._client.send("PATCH", path, {"to_ms": silence.to_ms})
