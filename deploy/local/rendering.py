"""Write a stack's configuration: templates filled in, and the accounts' files the servers read."""

import json
import os
import shlex
from collections.abc import Iterable
from string import Template

from deploy.local import accounts
from deploy.local.accounts import write_private
from deploy.local.addresses import Addresses
from deploy.local.folders import ROOT, TEMPLATES, Folders
from deploy.local.programs import Program, dynamic_security_plugin


def render(folders: Folders, addresses: Addresses, programs: Iterable[Program]) -> None:
    """Write every configuration file; what the servers own afterwards (their accounts) only if it is not there."""
    root = os.getuid() == 0
    ports, kept = addresses.ports, addresses.accounts
    _fill(
        folders,
        "mosquitto.conf",
        mqtt_port=ports.mqtt,
        dynamic_security_plugin=dynamic_security_plugin(),
        data=folders.data_of("mosquitto"),
        user_line="user root" if root else "# not started by root",
    )
    _fill(folders, "rabbitmq.conf", amqp_port=ports.amqp)
    _fill(
        folders,
        "rabbitmq-definitions.json",
        telemetry_hash=accounts.rabbitmq_hash(kept.password("rabbitmq", "telemetry")),
        adoption_hash=accounts.rabbitmq_hash(kept.password("rabbitmq", "adoption")),
    )
    write_private(folders.etc / "rabbitmq-plugins", "[].\n")
    _fill(
        folders,
        "influxdb.conf",
        influx_port=ports.influx,
        influx_rpc_port=ports.influx_rpc,
        data=folders.data_of("influxdb"),
    )
    _supervisord(folders, programs, "user = root" if root else "")
    cookie = folders.data_of("rabbitmq") / ".erlang.cookie"
    write_private(cookie, kept.password("erlang", "cookie"), mode=0o400)
    dynamic_security = folders.data_of("mosquitto") / "dynamic-security.json"
    if not dynamic_security.exists():
        write_private(dynamic_security, json.dumps(accounts.dynamic_security_state(kept), indent=1))


def _fill(folders: Folders, name: str, **values: object) -> None:
    write_private(folders.etc / name, Template((TEMPLATES / name).read_text(encoding="utf-8")).substitute(values))


def _supervisord(folders: Folders, programs: Iterable[Program], user_line: str) -> None:
    head = Template((TEMPLATES / "supervisord.conf").read_text(encoding="utf-8"))
    each = Template((TEMPLATES / "program.conf").read_text(encoding="utf-8"))
    parts = [
        head.substitute(run=folders.run, log=folders.log, root=ROOT, user_line=user_line),
        *(
            each.substitute(
                name=program.name,
                command=shlex.join(program.command).replace("%", "%%"),
                directory=program.directory,
                environment=",".join(f'{k}="{v.replace("%", "%%")}"' for k, v in program.environment.items()),
                stop_wait_s=program.stop_wait_s,
                log_file=folders.log_of(program.name),
            )
            for program in programs
        ),
    ]
    write_private(folders.etc / "supervisord.conf", "".join(parts))
