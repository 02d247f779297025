"""What an event costs adoption's worker, taken from RabbitMQ and kept in SQLite, each another device-day."""

import json
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pika

from deploy.demo.observing import marked_minutes
from tests.bench.bench import Bench
from tests.bench.measures import Measure, Reach
from tests.bench.processes import processor_seconds
from tests.under_load.draining import until_drained

_WORKER = "adoption-worker"
_EXCHANGE, _KEY = "pilots", "usage.home.nanshan"
_VENDOR = "folding"
_DAYS = 100
_IN_A_BODY = 2_000
_MINUTE_MS, _DAY_MS = 60_000, 86_400_000


def every_event_another_device_day(bench: Bench) -> None:
    """Publish twice ``rows`` usage events, no two of one device and day, and take the worker's processor time."""
    stack = bench.private.stack
    moments = device_days(bench.rows * 2, today_start_ms())
    pid = stack.pid(_WORKER)
    before = processor_seconds(pid)
    with pika.BlockingConnection(pika.URLParameters(stack.amqp_url("telemetry"))) as connection:
        channel = connection.channel()
        channel.confirm_delivery()
        for body in bodies(moments):
            channel.basic_publish(_EXCHANGE, _KEY, body, pika.BasicProperties(delivery_mode=2), mandatory=True)
    until_drained(stack)
    used_s = processor_seconds(pid) - before
    found = marked_minutes(bench.private.facts, "local", _VENDOR)
    sent = {(_VENDOR, device, ts // _MINUTE_MS) for device, ts in moments}
    if found != sent:
        bench.wrong.append(f"folding: {len(sent - found)} missing, {len(found - sent)} not sent")
    bench.checked += len(sent)
    how = f"{len(moments):,} events in bodies of {_IN_A_BODY:,}; per CPU second of the worker, RabbitMQ included"
    cpu_us = used_s / len(moments) * 1e6
    bench.found(
        Measure("adoption fold, every event another device-day", 1e6 / cpu_us, "ev/s", Reach(">=", 25_000), how, cpu_us)
    )


def device_days(count: int, before_ms: int) -> list[tuple[str, int]]:
    """So many different device-days, each with a moment in it, in an order drawn from a fixed seed."""
    chance = random.Random(20_240_006)
    made = [
        (f"fold.{number // _DAYS:06d}", before_ms - (1 + number % _DAYS) * _DAY_MS + chance.randrange(_DAY_MS))
        for number in range(count)
    ]
    chance.shuffle(made)
    return made


def bodies(moments: list[tuple[str, int]]) -> Iterator[bytes]:
    """CloudEvents batches as telemetry publishes them (ARCHITECTURE section 3)."""
    for start in range(0, len(moments), _IN_A_BODY):
        yield json.dumps([_event(device, ts) for device, ts in moments[start : start + _IN_A_BODY]]).encode()


def _event(device: str, ts: int) -> dict[str, object]:
    said = {"site": "folding-home", "device": device, "ts": ts, "seq": 0, "action": "on", "trigger": "local"}
    return {
        "specversion": "1.0",
        "type": "pilotlight.usage.v1",
        "id": f"{_VENDOR}/{device}/usage/{ts}/0",
        "source": f"/feeds/{_VENDOR}/home",
        "time": datetime.now(ZoneInfo("UTC")).strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "data": {"vendor": _VENDOR} | said,
    }


def today_start_ms() -> int:
    """The first instant of the civil day in Shenzhen, in epoch milliseconds."""
    now = datetime.now(ZoneInfo("Asia/Shanghai"))
    return int((now - timedelta(hours=now.hour, minutes=now.minute, seconds=now.second)).timestamp()) * 1000
