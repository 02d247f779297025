"""The message catalogues: what people read, by key and language; Chinese is the first language, English beside it."""

import json
from functools import cache
from pathlib import Path
from typing import Any

LANGUAGES = ("zh-CN", "en")
_FOLDER = Path(__file__).parent / "messages"


@cache
def _catalogue(language: str) -> dict[str, str]:
    return dict(json.loads((_FOLDER / f"{language}.json").read_text(encoding="utf-8")))


def say(key: str, language: str, **params: Any) -> str:
    """The text of ``key`` in ``language``, its ``{places}`` filled from ``params``.

    A key without an entry is itself the text: a library's own message stays readable when it has no translation.
    """
    text = _catalogue(language).get(key, key)
    return text.format_map(_Filled(params)) if params else text


class _Filled(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "{" + key + "}"
