"""The addresses of a stack's parts, in the forms that settings take, with the logins in them."""

from dataclasses import dataclass
from pathlib import Path

from deploy.local.accounts import Accounts
from deploy.local.ports import HOST, Ports

VHOST = DATABASE = "pilotlight"


@dataclass(frozen=True)
class Addresses:
    """Ports and passwords joined."""

    ports: Ports
    accounts: Accounts

    def http(self, name: str) -> str:
        """An HTTP process by the name of its port: registry, telemetry, adoption; influx without a login."""
        return f"http://{HOST}:{getattr(self.ports, name)}"

    def mqtt(self, user: str) -> str:
        """Mosquitto, as one of its users."""
        return f"mqtt://{user}:{self.accounts.password('mosquitto', user)}@{HOST}:{self.ports.mqtt}"

    def amqp(self, user: str) -> str:
        """RabbitMQ, as one of its users."""
        return f"amqp://{user}:{self.accounts.password('rabbitmq', user)}@{HOST}:{self.ports.amqp}/{VHOST}"

    def influx(self, user: str) -> str:
        """InfluxDB, as one of its users; the path is the database."""
        return f"http://{user}:{self.accounts.password('influxdb', user)}@{HOST}:{self.ports.influx}/{DATABASE}"


def sqlite(path: Path) -> str:
    """A SQLite file, in SQLAlchemy's form."""
    return f"sqlite:///{path}"
