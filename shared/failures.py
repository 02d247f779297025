"""The two words for failure. Retrying cannot mend what is rejected; it will mend what is unavailable."""

from typing import Any


class Rejected(Exception):
    """What was asked or sent is wrong, and sending it again will not help.

    ``reason`` is one short word that is also the counter's label, the problem type and the reply;
    ``field`` names the place; ``params`` fill the message catalogue's text.
    """

    def __init__(self, reason: str, field: str | None = None, **params: Any) -> None:
        super().__init__(reason if field is None else f"{reason}: {field}")
        self.reason = reason
        self.field = field
        self.params = params


class Unavailable(Exception):
    """A dependency is away; what was asked is fine and will succeed later.

    ``part`` names the dependency: ``influxdb``, ``rabbitmq``, ``mosquitto``, ``registry``, ``spool``, ``database``,
    ``clock``, ``documents``, ``oidc``, ``passwords``.
    """

    def __init__(self, part: str, why: str = "") -> None:
        super().__init__(f"{part}: {why}" if why else part)
        self.part = part
