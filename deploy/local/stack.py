"""A stack: start it, wait until it is healthy, stop it without a trace; kill and restart single programs."""

import json
import os
import signal
import time
from collections.abc import Callable, Collection, Mapping
from functools import cached_property
from pathlib import Path

from deploy.local import accounts, leftovers, preparing, programs, rendering
from deploy.local.addresses import Addresses
from deploy.local.failures import StackFailed
from deploy.local.folders import Folders
from deploy.local.health import Health
from deploy.local.locking import alone
from deploy.local.ports import Ports, check_free
from deploy.local.supervisord import State, Supervisord
from deploy.local.waiting import Waiting


class Stack:
    """One stack in one folder; several can run side by side with other folders and ports.

    ``die_with_parent``: all of it ends when the thread that started it is gone, however that came about.
    ``trial``: the file ``trial_clock`` moves its clock of receipt; what a folder is at its first start it stays.
    """

    def __init__(
        self,
        var: Path,
        ports: Ports,
        *,
        say: Callable[[str], None] = lambda _line: None,
        die_with_parent: bool = False,
        trial: bool = False,
    ) -> None:
        self.folders = Folders(var)
        self.ports = ports
        self._say = say
        self._die_with_parent = die_with_parent
        self._trial = trial
        self._supervisord = Supervisord(self.folders)

    @cached_property
    def addresses(self) -> Addresses:
        """The parts' addresses with logins; the passwords are made when they are first asked for."""
        self.folders.make()
        return Addresses(self.ports, accounts.keep(self.folders.credentials))

    @property
    def credentials(self) -> Path:
        """The folder of ``brokers.json`` and the registry's ``admin.json``, ``telemetry.json``, ``adoption.json``."""
        return self.folders.credentials

    @property
    def trial_clock(self) -> Path:
        """The file ``{"now_ms": …}`` that moves a trial's clock of receipt; whoever runs the trial writes it."""
        return self.folders.trial_clock

    @property
    def urls(self) -> dict[str, str]:
        """The address of each HTTP process: registry, telemetry, adoption; and influx, without a login."""
        return {name: self.addresses.http(name) for name in ("registry", "telemetry", "adoption", "influx")}

    def mqtt_url(self, user: str = "admin") -> str:
        """Mosquitto as ``admin``, ``registry``, ``telemetry-1`` or ``health``."""
        return self.addresses.mqtt(user)

    def amqp_url(self, user: str = "telemetry") -> str:
        """RabbitMQ as ``telemetry`` or ``adoption``."""
        return self.addresses.amqp(user)

    def influx_url(self, user: str = "telemetry") -> str:
        """InfluxDB as ``admin``, ``telemetry`` or ``adoption``; the path is the database."""
        return self.addresses.influx(user)

    def start(self, only: Collection[str] | None = None, *, deadline_s: float = 90) -> None:
        """Start the programs (all, or ``only`` these and what they need) and wait until each is healthy.

        Repeating it changes nothing. If it fails, what it started is stopped again.

        :raises StackFailed: if a port is taken, a server is not installed, a part does not become healthy in time, or
            the folder was first started as the other kind, trial or not
        """
        names = programs.chosen(only)
        self.folders.make()
        with alone(self.folders, self._say):
            self.folders.mark_kind(trial=self._trial)
            if self.is_up():
                self._check_same_ports()
                self._start_in_order(names, time.monotonic() + deadline_s)
                return
            try:
                self._launch(names)
                self._start_in_order(names, time.monotonic() + deadline_s)
            except BaseException:
                self._end()
                raise

    def stop(self) -> None:
        """Stop everything; nothing of this stack is left, also if its supervisord was killed."""
        if self.folders.is_used():
            with alone(self.folders, self._say):
                self._end()

    def is_up(self) -> bool:
        """Whether its supervisord runs."""
        return self._supervisord.answers()

    def states(self) -> dict[str, State]:
        """Every program's state.

        :raises StackFailed: if the stack is not up
        """
        return self._supervisord.states()

    def pid(self, name: str) -> int:
        """The process id of a program, 0 if it does not run now."""
        return self.states()[name].pid

    def kill(self, name: str) -> int:
        """``kill -9`` a program and the processes it made; supervisord starts it again. Returns the id it had.

        :raises StackFailed: if it does not run
        """
        pid = self.pid(name)
        if pid == 0:
            raise StackFailed(f"{name} 未运行 / does not run")
        os.killpg(pid, signal.SIGKILL)  # supervisord gives each child a group of its own
        return pid

    def stop_program(self, name: str) -> None:
        """End one program (TERM) and keep it down."""
        self._supervisord.stop([name])

    def start_program(self, name: str, *, deadline_s: float = 60) -> None:
        """Start one program again and wait until it is healthy."""
        self._supervisord.start(name)
        self.wait_healthy([name], deadline_s=deadline_s)

    def wait_healthy(self, names: Collection[str] | None = None, *, deadline_s: float = 60) -> None:
        """Wait until these programs (all that were started) are healthy.

        :raises StackFailed: naming the part that is not, and the end of its log
        """
        if names is None:
            names = [name for name, state in self.states().items() if state.state != "STOPPED"]
        self._waiting().until_healthy(names, time.monotonic() + deadline_s)

    def health(self) -> Health:
        """The checks of this stack's parts."""
        return Health(self.folders, self.addresses)

    def log(self, name: str) -> Path:
        """The log of a program."""
        return self.folders.log_of(name)

    def settings_of(self, name: str) -> Mapping[str, str]:
        """The settings a service of ours runs with; how an operator's command reaches what the service reaches."""
        return {each.name: each for each in programs.services(self.folders, self.addresses)}[name].environment

    def _launch(self, names: tuple[str, ...]) -> None:
        if left := leftovers.end(self.folders):
            self._say(f"清理上次遗留的 {left} 个进程 / ended {left} processes that an earlier run left")
        wanted = {port: getattr(self.ports, port) for name in names for port in programs.PORTS_OF.get(name, ())}
        self._say(f"检查 {len(wanted)} 个端口 / checking {len(wanted)} ports")
        check_free(wanted)
        preparing.broker_accounts(self.folders, self._programs()["registry"])
        self._say(f"生成配置 / writing configuration: {self.folders.etc}")
        rendering.render(self.folders, self.addresses, self._programs().values())
        self.folders.ports.write_text(json.dumps(self.ports.as_dict()))
        self._supervisord.launch(die_with_parent=self._die_with_parent)

    def _start_in_order(self, names: tuple[str, ...], until: float) -> None:
        servers = [name for name in names if name in programs.BROKERS]
        services = [name for name in names if name in programs.SERVICES]
        waiting = self._waiting()
        if servers:
            self._say(f"启动中间件 / starting servers: {', '.join(servers)}")
        for name in servers:
            waiting.until_healthy(programs.NEEDS.get(name, ()), until)
            self._supervisord.start(name)
        if "registry" in services:
            self._say("初始化注册库 / preparing the registry")
            preparing.registry(self.folders, self._programs()["registry"])
        if "influxdb" in servers:
            preparing.influxdb(self.addresses, until)
        waiting.until_healthy(servers, until)
        if "rabbitmq" in servers:
            preparing.rabbitmq(self.addresses)
        if services:
            self._say(f"启动服务 / starting services: {', '.join(services)}")
        for name in services:
            self._supervisord.start(name)
        waiting.until_healthy(services, until)

    def _end(self) -> None:
        if self.is_up():
            try:
                self._say("停止服务 / stopping services")
                self._supervisord.stop(programs.SERVICES)
                self._say("停止中间件 / stopping servers")
                self._supervisord.stop([name for name in programs.BROKERS if name != "epmd"])
            except StackFailed as failure:
                self._say(f"强制结束 / ending by force: {failure}")
        self._supervisord.shut_down()
        leftovers.end(self.folders)
        self.folders.socket.unlink(missing_ok=True)

    def _programs(self) -> dict[str, programs.Program]:
        servers = programs.servers(self.folders, self.ports)
        services = programs.services(self.folders, self.addresses, trial=self._trial)
        return {program.name: program for program in (*servers, *services)}

    def _check_same_ports(self) -> None:
        if json.loads(self.folders.ports.read_text()) != self.ports.as_dict():
            raise StackFailed("运行中的环境用的是其他端口 / it runs with other ports; first / 先执行: make down")

    def _waiting(self) -> Waiting:
        return Waiting(self.folders, self._supervisord, self.health(), self._say)
