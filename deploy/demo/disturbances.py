"""What planned disturbances did to the figures: the same question asked before and after, or as known then and now.

An outage is a draft of telemetry's own until somebody adds evidence and another person approves it; a late batch and a
withdrawn week show between two as-of days.
"""

import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from deploy.demo.api import Api
from deploy.demo.reading import Reader

Json = dict[str, Any]
_SHANGHAI = ZoneInfo("Asia/Shanghai")
_EVIDENCE = {"evidence_title": "厂商云平台故障说明(虚构)", "evidence_sha256": "5e" * 32}
_WAIT_S = 30.0
_HOMES = ("H6", "H7", "H7a")


def approve_outages(api: Api, other: Api, registry_url: str) -> list[Json]:
    """One person adds evidence to each draft whose end is known, another approves it; the outages approved."""
    outages = api.get(f"{registry_url}/v1/outages")
    drafts = [outage for outage in outages if outage["state"] == "DRAFT" and outage["to_ms"] is not None]
    for outage in drafts:
        key = "/".join(str(outage[name]) for name in ("vendor", "feed", "from_ms"))
        url = f"{registry_url}/v1/outages/{quote(key)}"
        api.patch(url, _EVIDENCE)
        other.act(f"{url}/state", {"state": "APPROVED", "reason": "证据充分 / evidence sufficient"})
    return drafts


def days_of(outages: Sequence[Json]) -> list[str]:
    """The civil days that outages touch."""
    days = set()
    for outage in outages:
        first, last = (_date(outage[end]) for end in ("from_ms", "to_ms"))
        days |= {str(first + timedelta(days=n)) for n in range((last - first).days + 1)}
    return sorted(days)


def effects(reader: Reader, api: Api, other: Api, registry_url: str) -> tuple[list[Json], list[Json]]:
    """Every disturbance with its figures before and after; and the outages approved on the way."""
    planned = reader.city.get("disturbances", [])
    found = [_known_then_and_now(reader, one) for one in planned if one["kind"] in _WORDS]
    found += [_by_device_and_by_slot(reader, one) for one in planned if one["kind"] == "swapped_device"]
    before = {metric: reader.figure(metric, "programme") for metric in _HOMES}
    sequence = reader.status()["registry_sequence"]
    approved = approve_outages(api, other, registry_url)
    deadline = time.monotonic() + _WAIT_S
    while reader.status()["registry_sequence"] < sequence + 2 * len(approved) and time.monotonic() < deadline:
        time.sleep(0.2)
    for_all = [
        {"metric": m, "scope": "programme", "before": before[m], "after": reader.figure(m, "programme")} for m in _HOMES
    ]
    told = "，".join(
        f"{_vendor(reader, o['vendor'])} {o['vendor']}.{o['feed']} {_time(o['from_ms'])} – {_time(o['to_ms'])}"
        for o in approved
    )
    outage = {
        "title": {"zh": "厂商云通道中断", "en": "a vendor's cloud was silent"},
        "what": {
            "zh": f"心跳缺失，已起草、佐证、认定：{told}",
            "en": "drafted by telemetry, evidenced, approved by another",
        },
        "before": {"zh": "认定之前", "en": "before approval"},
        "after": {"zh": "认定之后", "en": "after approval"},
        "effects": for_all,
    }
    return [outage, *found], approved


_WORDS = {
    "late_batch": ("迟到的一批数据", "a batch that came late", "才收到", "received"),
    "withdrawn_week": ("撤回的一周", "a withdrawn week", "由厂商撤回", "withdrawn"),
}


def _known_then_and_now(reader: Reader, one: Json) -> Json:
    scope = f"dwelling:{one['dwelling']}" if "dwelling" in one else f"site:{one['site']}"
    came = _date(one["sent_ms"])
    as_of = str(came - timedelta(days=1))
    days = {"from": str(_date(one["from_ms"])), "to": str(_date(one["to_ms"] - 1) + timedelta(days=1))}
    zh, en, verb, en_verb = _WORDS[one["kind"]]
    return {
        "title": {"zh": zh, "en": en},
        "what": {
            "zh": f"{_vendor(reader, one['vendor'])}：关于 [{days['from']}, {days['to']}) 的数据，{came} {verb}；"
            "下列结果只含这些日子",
            "en": f"{one['vendor']}: what concerns these days was {en_verb} on {came}; figures of these days alone",
        },
        "before": {"zh": f"截至 {as_of} 所知", "en": f"as known on {as_of}"},
        "after": {"zh": "现在", "en": "now"},
        "effects": [
            {
                "metric": metric,
                "scope": scope,
                "before": reader.figure(metric, scope, **days, as_of=as_of),
                "after": reader.figure(metric, scope, **days),
            }
            for metric in ("H6", "H7a")
        ],
    }


def _by_device_and_by_slot(reader: Reader, one: Json) -> Json:
    """A swap inflates nothing: figures count the slot, through the device that was in it on each day."""
    old, slot = f"device:{one['vendor']}/{one['old']}", f"slot:{one['slot']}"
    return {
        "title": {"zh": "更换的设备", "en": "a swapped device"},
        "what": {
            "zh": f"{one['on']} 起由 {one['new']} 接替 {one['old']}；按点位计，一次更换不增加点位数",
            "en": f"{one['new']} took the place of {one['old']}; slots count, so a swap adds none",
        },
        "before": {"zh": "只看旧设备", "en": "the old device alone"},
        "after": {"zh": "按点位", "en": "the slot"},
        "effects": [
            {"metric": m, "scope": slot, "before": reader.figure(m, old), "after": reader.figure(m, slot)}
            for m in ("H4", "H6")
        ],
    }


def _vendor(reader: Reader, slug: str) -> str:
    return next(str(one["name"]) for one in reader.city["organisations"] if one["slug"] == slug)


def _date(ts_ms: int) -> Any:
    return datetime.fromtimestamp(ts_ms / 1000, _SHANGHAI).date()


def _time(ts_ms: int | None) -> str:
    return "…" if ts_ms is None else f"{datetime.fromtimestamp(ts_ms / 1000, _SHANGHAI):%m-%d %H:%M}"
