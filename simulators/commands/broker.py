"""The broker's address as an option."""

from argparse import ArgumentTypeError
from urllib.parse import urlsplit

DEFAULT = "mqtt://127.0.0.1:18830"


def address(text: str) -> tuple[str, int]:
    """Host and port of ``mqtt://host:port``.

    :raises ArgumentTypeError: if it is not of that form
    """
    parts = urlsplit(text)
    if parts.scheme != "mqtt" or not parts.hostname:
        raise ArgumentTypeError(f"not an address like mqtt://127.0.0.1:1883: {text}")
    return parts.hostname, parts.port or 1883
