"""What is wrong with what somebody asked, place by place, so that everything can be mended in one go."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from shared.failures import Rejected


class Complaint(NamedTuple):
    """What is wrong with one value: a key of the message catalogue and what fills its places."""

    message: str
    params: Mapping[str, Any] = {}


class Fault(NamedTuple):
    """A complaint with its place.

    ``pointer`` is a JSON pointer into the body, as a fragment (``#/12/uscc``); ``reason`` is a problem type of
    :data:`shared.contracts.problems.STATUS`.
    """

    pointer: str
    reason: str
    complaint: Complaint


class Refused(Rejected):
    """Nothing of the request was done; every fault found is told at once."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(_reason_of(faults))
        self.faults = tuple(sorted(faults, key=_row_of))


def fault(pointer: str, reason: str, message: str, **params: Any) -> Fault:
    """A fault at ``pointer``; ``params`` fill the message's places."""
    return Fault(pointer, reason, Complaint(message, params))


def pointer(*parts: str | int) -> str:
    """A JSON pointer (RFC 6901) as a fragment."""
    return "#" + "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def flatten(messages: Any, *path: str | int) -> Iterator[Fault]:
    """The nested messages of a marshmallow ValidationError as faults, below ``path``."""
    if isinstance(messages, dict):
        for name, inner in messages.items():
            yield from flatten(inner, *path, *(() if name == "_schema" else (name,)))  # of the whole object
    elif isinstance(messages, list):
        for inner in messages:
            yield from flatten(inner, *path)
    else:
        complaint = messages if isinstance(messages, Complaint) else Complaint(str(messages))
        reason = "bad_uscc" if complaint.message == "detail.bad_uscc" else "invalid_request"
        yield Fault(pointer(*path), reason, complaint)


def _row_of(fault: Fault) -> int:
    """Where a fault's row stands in the body, so that faults are told row by row; -1 for the body itself."""
    first = fault.pointer.split("/")[1] if "/" in fault.pointer else ""
    return int(first) if first.isdecimal() else -1


def _reason_of(faults: Sequence[Fault]) -> str:
    """The request's problem type: what all faults share; not being allowed outweighs everything."""
    reasons = {fault.reason for fault in faults}
    if "forbidden" in reasons:
        return "forbidden"
    return reasons.pop() if len(reasons) == 1 else "invalid_request"
