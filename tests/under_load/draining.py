"""Wait until everything that was received is where it belongs: by what the parts themselves say, with deadlines."""

import json
import time
from collections.abc import Callable
from typing import Any, TypeVar

import pika
import pika.exceptions

from deploy.local.stack import Stack

QUEUE, DEAD_QUEUE = "adoption.events", "adoption.events.dead"
_POLL_S = 0.2
_STEADY = 3  # signs of life of the workers, a second apart, that say the same
Answer = TypeVar("Answer")


class NotDrained(Exception):
    """Something was still on its way when the time was up; the text says what."""


def until(ask: Callable[[], Answer], right: Callable[[Answer], bool], what: str, within_s: float) -> Answer:
    """Ask until the answer is right.

    :raises NotDrained: with the last answer, after ``within_s`` seconds
    """
    deadline = time.monotonic() + within_s
    while not right(answer := ask()):
        if time.monotonic() > deadline:
            raise NotDrained(f"{what}: not within {within_s:.0f} s; last: {answer}")
        time.sleep(_POLL_S)
    return answer


def health(stack: Stack, worker: str) -> dict[str, Any]:
    """A worker's last sign of life; empty before its first."""
    path = stack.folders.data_of(worker) / "health.json"
    said: dict[str, Any] = json.loads(path.read_bytes()) if path.exists() else {}
    return said


def until_alive(stack: Stack, worker: str, within_s: float = 60) -> None:
    """Until a worker says that it is ready from now on: its file may still be what an earlier process wrote.

    :raises NotDrained: if it does not in time
    """
    now_ms = time.time_ns() // 1_000_000
    until(lambda: health(stack, worker), lambda said: _says_ready(said, now_ms), f"{worker} is ready", within_s)


def _says_ready(said: dict[str, Any], since_ms: int) -> bool:
    return bool(said and said["ready"] and said["at"] > since_ms)


def until_followed(stack: Stack, sequence: int, within_s: float = 60) -> None:
    """Until both workers know the registry up to a change.

    :raises NotDrained: if one does not in time
    """
    for worker in ("telemetry-worker", "adoption-worker"):
        until(
            lambda: health(stack, worker),  # noqa: B023 – asked within this turn
            lambda said: said.get("registry_sequence", 0) >= sequence,
            f"{worker} follows the registry to {sequence}",
            within_s,
        )


def until_drained(stack: Stack, within_s: float = 180) -> None:
    """Until the spool's cursors are at its head, adoption's queue is empty, and nothing has moved for a while.

    :raises NotDrained: if that does not come about in time, or bodies were dead-lettered
    """
    deadline = time.monotonic() + within_s
    steady: list[tuple[int, int]] = []  # distinct moments at which both workers said the same
    last: tuple[int, int] | None = None
    while len(steady) < _STEADY:
        telemetry, adoption = health(stack, "telemetry-worker"), health(stack, "adoption-worker")
        waiting = _why_not(stack, telemetry, adoption)
        says = (telemetry.get("head", -1), adoption.get("events", -1))
        if waiting or says != last:
            steady, last = [], says
        moment = (telemetry.get("at", 0), adoption.get("at", 0))
        if not waiting and (not steady or all(now > then for now, then in zip(moment, steady[-1], strict=True))):
            steady.append(moment)
        if time.monotonic() > deadline:
            raise NotDrained(f"not drained within {within_s:.0f} s: {waiting or 'it still moves'}")
        time.sleep(_POLL_S)
    if dead := _messages(stack, DEAD_QUEUE):
        raise NotDrained(f"{dead} bodies were dead-lettered")


def _why_not(stack: Stack, telemetry: dict[str, Any], adoption: dict[str, Any]) -> str:
    """What is still on its way, in words; nothing if all has arrived."""
    now_ms = time.time_ns() // 1_000_000
    for name, said in (("telemetry-worker", telemetry), ("adoption-worker", adoption)):
        if not said or not said["ready"] or now_ms - said["at"] > 5_000:
            return f"{name} gives no sign of life, or is not ready: {said}"
    if behind := {name: at for name, at in telemetry["cursors"].items() if at != telemetry["head"]}:
        return f"the spool is at {telemetry['head']}, these stores are not: {behind}"
    waiting = _messages(stack, QUEUE)
    return f"{waiting} bodies wait in {QUEUE}" if waiting else ""


def _messages(stack: Stack, queue: str) -> int:
    try:
        with pika.BlockingConnection(pika.URLParameters(stack.amqp_url("adoption"))) as connection:
            return int(connection.channel().queue_declare(queue, passive=True).method.message_count)
    except pika.exceptions.AMQPError:
        return -1  # RabbitMQ is away, or still starting: that too is a reason to wait
