"""The servers for the integration tests: one set for the whole run; and our services on them."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deploy.local.programs import BROKERS
from deploy.local.stack import Stack
from tests.integration.adoption_under_test import AdoptionUnderTest, adoption_on
from tests.integration.databases import Databases, PostgresqlDatabases, SqliteFiles, make_template
from tests.integration.lending import given_back
from tests.integration.postgresql_server import PostgresqlServer, serving_postgresql
from tests.integration.registry_under_test import Caller, RegistryUnderTest
from tests.integration.telemetry_under_test import TelemetryUnderTest, telemetry_on
from tests.system.feed import Feed


@pytest.fixture(scope="module", autouse=True)
def few_files_open() -> Iterator[None]:
    """What a module leaves open is told where it happened: paho waits with select(), which knows no file above 1023."""
    yield
    count = sum(1 for _ in Path("/proc/self/fd").iterdir())
    assert count < 400, f"{count} files are open in the tests' own process"


@pytest.fixture(scope="module", autouse=True)
def lent_to_a_module() -> Iterator[None]:
    """Applications lent to a module's fixtures are given back at its end."""
    with given_back():
        yield


@pytest.fixture(autouse=True)
def lent_to_a_test() -> Iterator[None]:
    """Applications lent to a test and its own fixtures are given back at its end."""
    with given_back():
        yield


@pytest.fixture(scope="session")
def brokers(make_stack: Callable[[], Stack]) -> Stack:
    """Mosquitto, RabbitMQ and InfluxDB with their accounts, healthy; none of our services."""
    stack = make_stack()
    stack.start(only=BROKERS)
    return stack


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgresqlServer]:
    """PostgreSQL, started when the first test asks for it."""
    with serving_postgresql() as server:
        make_template(server)
        yield server


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def databases(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    """New databases for the registry: whatever asks for them runs once on each kind."""
    if request.param == "sqlite":
        yield SqliteFiles(tmp_path_factory.mktemp("registry"))
    else:
        server = request.getfixturevalue("postgresql")
        yield PostgresqlDatabases(server)
        server.hang_up()  # what tests left open; to drop the databases, too, would cost a checkpoint each


@pytest.fixture
def telemetry(brokers: Stack, tmp_path: Path) -> Iterator[TelemetryUnderTest]:
    """A worker that runs, and knows a lamp."""
    with telemetry_on(brokers, tmp_path, "lamp") as made:
        made.start()
        yield made


@pytest.fixture
def feed(telemetry: TelemetryUnderTest) -> Iterator[Feed]:
    """A gateway of the worker's vendor, which waits for receipts."""
    with telemetry.receiving() as made:
        yield made


@pytest.fixture
def adoption(brokers: Stack, tmp_path: Path) -> Iterator[AdoptionUnderTest]:
    """Adoption with an empty queue and no facts; a test starts its processes."""
    with adoption_on(brokers, tmp_path) as made:
        yield made


@pytest.fixture
def admin(city: RegistryUnderTest) -> Caller:
    """The first administrator of a module's ``city``."""
    return city.admin
