"""What runs, with which command and settings, and after what."""

import os
import shutil
import sys
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from deploy.local.addresses import Addresses, sqlite
from deploy.local.failures import StackFailed
from deploy.local.folders import ROOT, Folders
from deploy.local.ports import HOST, Ports

BROKERS = ("mosquitto", "epmd", "rabbitmq", "influxdb")
SERVICES = ("registry", "telemetry-worker", "telemetry-api", "adoption-worker", "adoption-api")
ALL = BROKERS + SERVICES
NEEDS: Mapping[str, tuple[str, ...]] = {"rabbitmq": ("epmd",)}
PORTS_OF: Mapping[str, tuple[str, ...]] = {
    "mosquitto": ("mqtt",),
    "epmd": ("epmd",),
    "rabbitmq": ("amqp", "amqp_dist"),
    "influxdb": ("influx", "influx_rpc"),
    "registry": ("registry",),
    "telemetry-api": ("telemetry",),
    "adoption-api": ("adoption",),
}
RABBITMQ_SERVER = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")  # the one in /usr/sbin switches user when root calls it
DYNAMIC_SECURITY = "mosquitto_dynamic_security.so"
INSTALL = "make setup  (sudo apt-get install mosquitto mosquitto-clients rabbitmq-server influxdb)"


@dataclass(frozen=True)
class Program:
    """One child of supervisord."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    stop_wait_s: int = 10
    directory: Path = ROOT


def chosen(only: Collection[str] | None) -> tuple[str, ...]:
    """The programs asked for and those they cannot run without, in the order they start.

    :raises StackFailed: if there is no program of such a name
    """
    wanted = set(ALL if only is None else only)
    if unknown := wanted - set(ALL):
        raise StackFailed(
            f"没有这些程序 / no such program: {', '.join(sorted(unknown))}; 有 / there are: {', '.join(ALL)}"
        )
    for name in tuple(wanted):
        wanted.update(NEEDS.get(name, ()))
    return tuple(name for name in ALL if name in wanted)


def installed(name: str) -> str:
    """The absolute path of a server's program; Debian keeps some where only root's PATH looks.

    :raises StackFailed: if it is not installed, with the command that installs it
    """
    path = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/local/sbin:/usr/sbin:/usr/bin")
    if path is None or not RABBITMQ_SERVER.exists():
        missing = name if path is None else str(RABBITMQ_SERVER)
        raise StackFailed(f"缺少程序 / not installed: {missing}\n  {INSTALL}")
    return path


def dynamic_security_plugin() -> Path:
    """Where Debian put Mosquitto's plugin: beside the libraries of this machine's architecture.

    :raises StackFailed: if it is not installed
    """
    for folder in (*Path("/usr/lib").glob("*-linux-gnu*"), Path("/usr/lib"), Path("/usr/lib64")):
        if (folder / DYNAMIC_SECURITY).exists():
            return folder / DYNAMIC_SECURITY
    raise StackFailed(f"缺少插件 / not installed: {DYNAMIC_SECURITY}\n  {INSTALL}")


def servers(folders: Folders, ports: Ports) -> tuple[Program, ...]:
    """The three servers, and the port mapper RabbitMQ's runtime needs (it would start one that outlives it)."""
    erlang = {"ERL_EPMD_PORT": str(ports.epmd), "ERL_EPMD_ADDRESS": HOST}
    data = folders.data_of("rabbitmq")
    rabbitmq = {
        **erlang,
        "HOME": str(data),  # where the runtime looks for the cookie
        "RABBITMQ_NODENAME": "pilotlight@localhost",
        "RABBITMQ_CONFIG_FILE": str(folders.etc / "rabbitmq.conf"),
        "RABBITMQ_CONF_ENV_FILE": str(folders.etc / "rabbitmq-env.conf"),  # absent: the system's must not be read
        "RABBITMQ_ADVANCED_CONFIG_FILE": str(folders.etc / "rabbitmq-advanced.config"),  # absent, likewise
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folders.etc / "rabbitmq-plugins"),
        "RABBITMQ_GENERATED_CONFIG_DIR": str(data / "config"),
        "RABBITMQ_MNESIA_BASE": str(data / "mnesia"),
        # Relative to the program's directory: under a name that is not ASCII 3.10 cannot open a queue's second segment,
        # and after a restart the queue and what was confirmed in it are out of reach.
        "RABBITMQ_QUORUM_DIR": os.path.relpath(data / "quorum", folders.etc),
        "RABBITMQ_LOG_BASE": str(folders.log),
        "RABBITMQ_LOGS": "-",
        "RABBITMQ_DIST_PORT": str(ports.amqp_dist),
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-start_epmd false -kernel inet_dist_use_interface {127,0,0,1}",
        "ERL_CRASH_DUMP": str(folders.log / "rabbitmq-crash.dump"),
        "RUNNING_UNDER_SYSTEMD": "true",  # the script then becomes the server: kill -9 of it leaves no orphan
    }
    return (
        Program("mosquitto", (installed("mosquitto"), "-c", str(folders.etc / "mosquitto.conf"))),
        Program("epmd", (installed("epmd"), "-address", HOST, "-port", str(ports.epmd)), erlang),
        Program("rabbitmq", (str(RABBITMQ_SERVER),), rabbitmq, 15, folders.etc),
        Program("influxdb", (installed("influxd"), "run", "-config", str(folders.etc / "influxdb.conf")), {}, 15),
    )


def services(folders: Folders, addresses: Addresses, *, trial: bool = False) -> tuple[Program, ...]:
    """Our own processes; in a ``trial`` a file moves the clock of receipt."""
    registry_url = addresses.http("registry")
    registry = {
        "DATABASE_URL": sqlite(folders.data_of("registry") / "registry.db"),
        "MQTT_URL": addresses.mqtt("registry"),
        "SIGNING_KEY_FILE": str(folders.credentials / "signing-key.pem"),
        "PUBLIC_URL": registry_url,
        "CREDENTIALS_DIR": str(folders.credentials),
        "DOCUMENTS_DIR": str(folders.data_of("registry") / "documents"),
        "BROKER_ACCOUNTS_FILE": str(folders.credentials / "brokers.json"),
    }
    telemetry = {
        "DATABASE_URL": sqlite(folders.data_of("telemetry") / "telemetry.db"),
        "INFLUX_URL": addresses.influx("telemetry"),
        "REGISTRY_URL": registry_url,
    }
    telemetry_worker = {
        **telemetry,
        "WORKER_ID": "telemetry-1",
        "MQTT_URL": addresses.mqtt("telemetry-1"),
        "AMQP_URL": addresses.amqp("telemetry"),
        "REGISTRY_CREDENTIALS": str(folders.credentials / "telemetry.json"),
        "DATA_DIR": str(folders.data_of("telemetry-worker")),
    }
    if trial:
        telemetry_worker |= {"TRIAL": "1", "TRIAL_CLOCK": str(folders.trial_clock)}
    telemetry_api = {**telemetry, "WORKER_DIRS": telemetry_worker["DATA_DIR"]}
    adoption = {
        "DATABASE_URL": sqlite(folders.data_of("adoption") / "adoption.db"),
        "REGISTRY_URL": registry_url,
        "DATA_DIR": str(folders.data_of("adoption-worker")),
    }
    adoption_worker = {
        **adoption,
        "AMQP_URL": addresses.amqp("adoption"),
        "TELEMETRY_URL": addresses.http("telemetry"),
        "INFLUX_URL": addresses.influx("adoption"),
        "REGISTRY_CREDENTIALS": str(folders.credentials / "adoption.json"),
    }
    ports = addresses.ports
    return (
        Program("registry", gunicorn("registry", ports.registry), registry, 30),
        Program("telemetry-worker", (sys.executable, "-m", "services.telemetry.worker"), telemetry_worker, 40),
        Program("telemetry-api", gunicorn("telemetry", ports.telemetry), telemetry_api, 30),
        Program("adoption-worker", (sys.executable, "-m", "services.adoption.worker"), adoption_worker, 40),
        Program("adoption-api", gunicorn("adoption", ports.adoption), adoption, 30),
    )


def gunicorn(service: str, port: int) -> tuple[str, ...]:
    """The command of an HTTP process."""
    application = f"services.{service}.app:create_app()"
    options = ("-c", "deploy/local/gunicorn_conf.py", "--bind", f"{HOST}:{port}", application)
    return (sys.executable, "-m", "gunicorn", *options)
