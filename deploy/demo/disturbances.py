"""What each planned disturbance did to the figures: the same question asked twice, before and after, or as known then.

An outage is a draft of telemetry's own until somebody adds evidence and another person approves it; a late batch and a
withdrawal show between two as-of days; a swapped device shows in its slot beside its two devices.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from deploy.demo.api import Api
from deploy.demo.reading import Reader

Json = dict[str, Any]
_SHANGHAI = ZoneInfo("Asia/Shanghai")
_EVIDENCE = {"evidence_title": "厂商云平台故障说明(虚构)", "evidence_sha256": "5e" * 32}


class Asked:
    """One question, asked at two moments."""

    def __init__(self, reader: Reader, metric: str, scope: str, window: Json) -> None:
        self._reader = reader
        self._metric = metric
        self._scope = scope
        self._window = window
        self._before: Json | None = None

    def before(self, **asked: str) -> "Asked":
        """Ask for the first time."""
        self._before = self._reader.figure(self._metric, self._scope, **(self._window | asked))
        return self

    def after(self, **asked: str) -> Json:
        """Ask again; both answers."""
        after = self._reader.figure(self._metric, self._scope, **(self._window | asked))
        return {"metric": self._metric, "scope": self._scope, "before": self._before, "after": after}


def outages(api: Api, registry_url: str) -> list[Json]:
    """The outages that telemetry drafted, as the registry has them."""
    found: list[Json] = api.get(f"{registry_url}/v1/outages")
    return found


def approve(evidence: Api, decision: Api, registry_url: str, outage: Json) -> None:
    """One person adds evidence, another approves."""
    key = "/".join(str(outage[name]) for name in ("vendor", "feed", "from_ms"))
    url = f"{registry_url}/v1/outages/{quote(key)}"
    evidence.patch(url, _EVIDENCE)
    decision.post(f"{url}/decision", {"approved": True, "reason": "证据充分 / evidence sufficient"})


def days_of(outage: Json) -> list[str]:
    """The civil days an outage touches."""
    first, last = (datetime.fromtimestamp(outage[end] / 1000, _SHANGHAI).date() for end in ("from_ms", "to_ms"))
    return [str(first + timedelta(days=n)) for n in range((last - first).days + 1)]


def known_then_and_now(
    reader: Reader, questions: Sequence[tuple[str, str]], window: Json, known_on: date
) -> list[Json]:
    """Figures as known on the day before something became known, and now."""
    as_of = str(known_on - timedelta(days=1))
    return [Asked(reader, metric, scope, window).before(as_of=as_of).after() for metric, scope in questions]


def told(kind: str, what: Callable[[str], str], before: tuple[str, str], after: tuple[str, str]) -> Json:
    """The words of a disturbance: its title, what happened, and what the two columns are."""
    return {
        "title": dict(zip(("zh", "en"), _TITLES[kind], strict=True)),
        "what": {language: what(language) for language in ("zh", "en")},
        "before": dict(zip(("zh", "en"), before, strict=True)),
        "after": dict(zip(("zh", "en"), after, strict=True)),
    }


_TITLES = {
    "outage": ("厂商云通道中断", "a vendor's cloud was silent"),
    "late": ("迟到的一批数据", "a batch that came late"),
    "swap": ("更换的设备", "a swapped device"),
    "withdrawn": ("撤回的一周", "a withdrawn week"),
}
