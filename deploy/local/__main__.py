"""``python -m deploy.local up | down | status | logs [name] | run NAME -- COMMAND …``.

Settings: PILOTLIGHT_VAR, PILOTLIGHT_TRIAL and PILOTLIGHT_<NAME>_PORT.
"""

import argparse
import os
import signal
import subprocess
import sys
import unicodedata
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from deploy.local import ports, programs
from deploy.local.failures import StackFailed
from deploy.local.folders import ROOT
from deploy.local.health import Unhealthy
from deploy.local.stack import Stack


def main() -> int:
    """Do what the command line asks for; the status is 0, or 1 if it failed (status: if a part is not healthy)."""
    parser = argparse.ArgumentParser(prog="python -m deploy.local", description="本地环境 / the local stack")
    words = parser.add_subparsers(dest="word", required=True)
    words.add_parser("up", help="启动并等到全部就绪 / start, and wait until all is healthy")
    words.add_parser("down", help="停止，不留进程 / stop; nothing is left running")
    words.add_parser("status", help="各部分状态 / the state of each part")
    logs = words.add_parser("logs", help="跟踪日志 / follow the logs")
    logs.add_argument("name", nargs="?", choices=programs.ALL)
    run = words.add_parser("run", help="以某部分的设置执行命令 / run a command with the settings of a part")
    run.add_argument("name", choices=programs.SERVICES)
    run.add_argument("command", nargs=argparse.REMAINDER, help="-- python -m …")
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that an interrupted up stops what it started
    try:
        stack = from_environment(os.environ)
        if asked.word == "up":
            return _up(stack)
        if asked.word == "down":
            return _down(stack)
        if asked.word == "run":
            return _run(stack, asked.name, asked.command[asked.command[:1] == ["--"] :])
        return _status(stack) if asked.word == "status" else _logs(stack, asked.name)
    except StackFailed as failure:
        print(f"错误 / error: {failure}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("已中断 / interrupted", file=sys.stderr)
        return 130


def from_environment(environment: Mapping[str, str], **options: Any) -> Stack:
    """The stack that the environment names.

    :raises StackFailed: if a port setting is wrong
    """
    var = Path(environment.get("PILOTLIGHT_VAR") or ROOT / "var")
    trial = environment.get("PILOTLIGHT_TRIAL", "") == "1"
    say = partial(print, flush=True)
    return Stack(var, ports.from_environment(environment), say=say, trial=trial, **options)


def _up(stack: Stack) -> int:
    stack.start()
    print("全部就绪 / all is healthy")
    for name, url in stack.urls.items():
        print(f"  {name:<10} {url}")
    print(f"  {'mqtt':<10} mqtt://{ports.HOST}:{stack.ports.mqtt}")
    print(f"  {'amqp':<10} amqp://{ports.HOST}:{stack.ports.amqp}/pilotlight")
    print(f"管理员密钥 / administrator's key: {stack.credentials / 'admin.json'}")
    print(f"中间件口令 / passwords of the servers: {stack.credentials / 'brokers.json'}")
    return 0


def _down(stack: Stack) -> int:
    stack.stop()
    print("已停止 / stopped")
    return 0


def _status(stack: Stack) -> int:
    if not stack.is_up():
        print(f"未运行 / not up: {stack.folders.var}")
        return 1
    healthy = True
    health = stack.health()
    print(f"{_wide('部分 / part', 22)}{_wide('状态 / state', 16)}{'pid':<10}健康 / health")
    states = stack.states()
    for name in programs.ALL:
        state = states[name]
        word = "-"
        if state.pid:
            try:
                health.check(name)
                word = "正常 / ok"
            except Unhealthy as why:
                word = str(why)
        healthy = healthy and word.endswith("ok")
        print(f"{name:<22}{state.state:<16}{state.pid or '-':<10}{word}")
    return 0 if healthy else 1


def _logs(stack: Stack, name: str | None) -> int:
    paths = [stack.log(each) for each in ([name] if name else programs.ALL) if stack.log(each).exists()]
    if not paths:
        raise StackFailed(f"尚无日志 / no logs yet: {stack.folders.log}")
    return subprocess.run(["tail", "-n", "20", "-F", *paths], check=False).returncode


def _run(stack: Stack, name: str, command: list[str]) -> int:
    if not command:
        raise StackFailed("缺少命令 / no command: python -m deploy.local run NAME -- COMMAND …")
    command[0] = sys.executable if command[0] == "python" else command[0]
    return subprocess.run(command, env={**os.environ, **stack.settings_of(name)}, check=False, cwd=ROOT).returncode


def _wide(text: str, width: int) -> str:
    """Pad to a number of columns; a Chinese character takes two."""
    columns = sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)
    return text + " " * (width - columns)


if __name__ == "__main__":
    sys.exit(main())
