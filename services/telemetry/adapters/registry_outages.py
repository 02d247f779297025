"""The registry as telemetry drafts outages there."""

from shared.runtime.service_client import ServiceClient


class RegistryOutages:
    """Drafts outages; belongs to one thread."""

    def __init__(self, client: ServiceClient) -> None:
        self._client = client

    def draft(self, vendor: str, feed: str, from_ms: int, cause: str) -> None:
        """Draft an outage that goes on; the same again changes nothing.

        :raises Rejected: if the registry refuses it
        :raises Unavailable: if it does not answer
        """
        said = {"vendor": vendor, "feed": feed, "from_ms": from_ms, "cause": cause}
        self._client.send("POST", "/v1/outages", [said])

    def end(self, vendor: str, feed: str, from_ms: int, to_ms: int) -> None:
        """Say when a drafted outage ended; the same again changes nothing.

        :raises Rejected: if the registry refuses it: it has been decided
        :raises Unavailable: if it does not answer
        """
        self._client.send("PATCH", f"/v1/outages/{vendor}/{feed}/{from_ms}", {"to_ms": to_ms})
