"""The clock of the change log, in a test's hand; tokens keep the real one."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from services.registry import app
from services.registry.adapters.sql_database import SqlDatabase
from tests.integration import registry_under_test


class Clock:
    """A test says what time it is in Shenzhen."""

    def __init__(self, moment: str) -> None:
        self.set(moment)

    def set(self, moment: str) -> None:
        at = datetime.fromisoformat(moment).replace(tzinfo=ZoneInfo("Asia/Shanghai"))
        self._ms = round(at.timestamp() * 1000)

    def __call__(self) -> int:
        return self._ms


def hold_clock(monkeypatch: pytest.MonkeyPatch, moment: str) -> Clock:
    """Let every registry that is made from now on write its log by this clock."""
    made = Clock(moment)
    for module in (app, registry_under_test):
        monkeypatch.setattr(module, "SqlDatabase", lambda url, _now_ms: SqlDatabase(url, made))
    return made
