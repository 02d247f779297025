"""A small city registered on a running stack, and ways to speak to it as vendors and officers do."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import requests

from deploy.demo.api import Api
from deploy.demo.registering import register
from deploy.local.stack import Stack
from tests.system.feed import Feed
from tests.system.polling import until
from tests.system.small_city import small_city


class City:
    """Registered under ``name`` on a stack; ``urls`` are the stack's."""

    def __init__(self, name: str, stack: Stack) -> None:
        self.name = name
        self.urls = stack.urls
        self._mqtt = stack.ports.mqtt
        self.api = administrator(stack)
        since = (civil_today() - timedelta(days=30)).isoformat()
        self.bodies = small_city(name, since)
        self._passwords = register(self.api, self.urls["registry"], self.bodies, lambda _: None)
        self._wait_until_heard_of()

    def _wait_until_heard_of(self) -> None:
        """The worker follows the registry within a moment; until then it would park what we send."""
        for name, topic in (("gw", self.home_topic("lamp")), ("pc", self.venue_topic("hmd-1"))):
            with self.receiving(name) as feed:
                until(lambda: feed.send(topic, self.heartbeat(test=True)), lambda receipt: receipt["accepted"] == 1)  # noqa: B023

    def feed(self, feed: str) -> Feed:
        """A feed of this city, with its own password."""
        user = f"{self.name}.{feed}"
        return self.feed_as(user, self._passwords[user])

    @contextmanager
    def receiving(self, name: str) -> Iterator[Feed]:
        """A feed of this city that waits for receipts."""
        with self.feed(name) as feed:
            feed.subscribe(f"ack/v1/{self.name}/{name}/#")
            yield feed

    def feed_as(self, user: str | None, password: str | None) -> Feed:
        """A feed under any user name and password."""
        return Feed("127.0.0.1", self._mqtt, user, password)

    def home_topic(self, device: str = "") -> str:
        """The topic of a home device, or of a pack for the home."""
        return f"telemetry/v1/{self.name}/gw/{self.name}-home" + (f"/{device}" if device else "")

    def venue_topic(self, device: str = "") -> str:
        """The topic of a VR device, or of a pack for the venue."""
        return f"telemetry/v1/{self.name}/pc/{self.name}-venue" + (f"/{device}" if device else "")

    def heartbeat(self, **fields: Any) -> bytes:
        """A heartbeat of now, as a payload."""
        return json.dumps({"kind": "heartbeat", "ts": now_ms()} | fields).encode()

    def registry(self, method: str, path: str, body: Any = None) -> Any:
        """A call to the registry as administrator; fails unless it succeeds."""
        token = self.api.token()
        answer = requests.request(
            method,
            self.urls["registry"] + path,
            json=body,
            headers={"Authorization": f"Bearer {token}", "If-Match": "*"},
            timeout=30,
        )
        assert answer.ok, (method, path, answer.status_code, answer.text)
        return answer.json() if answer.content else None

    def ledger(self) -> dict[str, Any]:
        """This vendor's ledger, from ten days ago until a year and a bit ahead: it counts wrong clocks too."""
        today = civil_today()
        window = {"from": str(today - timedelta(days=10)), "to": str(today + timedelta(days=380))}
        answer: dict[str, Any] = self.api.get(f"{self.urls['telemetry']}/v1/ledger", vendor=self.name, **window)
        return answer

    def figure(self, metric: str, scope: str, **window: str) -> dict[str, Any]:
        """A figure over the last 30 days, today included."""
        today = civil_today()
        params = {
            "from": str(today - timedelta(days=29)),
            "to": str(today + timedelta(days=2)),
            "scope": scope,
        } | window
        answer: dict[str, Any] = self.api.get(f"{self.urls['adoption']}/v1/figures/{metric}", **params)
        return answer


def administrator(stack: Stack) -> Api:
    """The stack's administrator."""
    key = json.loads((stack.credentials / "admin.json").read_text())
    return Api(stack.urls["registry"], key["key"], key["secret"])


def now_ms() -> int:
    """Epoch milliseconds of now."""
    return time.time_ns() // 1_000_000


def civil_today() -> date:
    """The civil day of now in Shenzhen."""
    return datetime.now(ZoneInfo("Asia/Shanghai")).date()


def yesterday() -> date:
    """The last civil day that is over."""
    return civil_today() - timedelta(days=1)
