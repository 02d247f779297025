"""Applications of the registry lent from test to test: to put one together takes a second, more than most tests do.

What a test is lent has nothing of the test before it: every part is new but the signing keys and the passwords' hasher.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from flask import Flask

from services.registry.app import Parts, compose
from services.registry.settings import Settings

_KEPT = ("signing_keys", "passwords")


class _Standing:
    """Stands for a part: it and its methods do what the one does that it stands for when they are called."""

    def __init__(self) -> None:
        self.standing_for: Any = None

    def __call__(self) -> Any:
        return self.standing_for()

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.standing_for, name, None)
        if found is not None and not callable(found):
            return found
        return lambda *given, **named: getattr(self.standing_for, name)(*given, **named)


class _Application(NamedTuple):
    app: Flask
    standing: dict[str, _Standing]

    def stand_for(self, parts: Parts) -> None:
        for name, each in self.standing.items():
            each.standing_for = getattr(parts, name)

    def stand_for_nothing(self) -> None:
        self.standing["database"].close()
        for each in self.standing.values():
            each.standing_for = None


_idle: dict[bool, list[_Application]] = {False: [], True: []}  # by whether they know a city's identity provider
_lent: list[_Application] = []


def lend(settings: Settings, parts: Parts) -> Flask:
    """An application of these parts; see :func:`given_back`."""
    idle = _idle[parts.city is not None]
    if not idle:
        told = [name for name in Parts._fields if name not in _KEPT and getattr(parts, name) is not None]
        standing = {name: _Standing() for name in told}
        stand_ins: Any = standing
        idle.append(_Application(compose(settings, parts._replace(**stand_ins)), standing))
    lent = idle.pop()
    lent.stand_for(parts)
    _lent.append(lent)
    return lent.app


@contextmanager
def given_back() -> Iterator[None]:
    """What is lent inside the block is given back at its end; who goes on using it fails."""
    before = len(_lent)
    try:
        yield
    finally:
        while len(_lent) > before:
            back = _lent.pop()
            back.stand_for_nothing()
            _idle["city" in back.standing].append(back)
