"""Readers who wait for a change: woken by one, answered without in the end, and never too many for others to work."""

import threading
from typing import Any

import pytest

from tests.integration.databases import Databases
from tests.integration.registry_under_test import Caller, RegistryUnderTest, pilot, registry
from tests.system.polling import until

READERS = 16
WAITING = 8  # half of the threads a registry has


class NeverStopping(threading.Event):
    """What a waiting reader waits on; tells that one waits."""

    def __init__(self) -> None:
        super().__init__()
        self.somebody_waits = threading.Event()

    def wait(self, timeout: float | None = None) -> bool:
        self.somebody_waits.set()
        return super().wait(timeout)


@pytest.fixture
def stopping() -> NeverStopping:
    return NeverStopping()


@pytest.fixture
def city(databases: Databases, stopping: NeverStopping) -> RegistryUnderTest:
    return registry(databases, stopping=stopping)


def test_a_waiting_reader_is_woken_by_a_change(city: RegistryUnderTest, stopping: NeverStopping) -> None:
    service = city.caller("service")
    head = service.changes()[-1]["sequence"]
    seen: list[Any] = []
    reading = threading.Thread(target=lambda: seen.append(service.get(f"/v1/changes?after={head}&wait=30").json))
    reading.start()
    assert stopping.somebody_waits.wait(10)
    assert seen == []

    city.admin.made("/v1/pilots", pilot("garden"))
    reading.join(10)  # long before its 30 s are over

    (page,) = seen
    assert [change["id"] for change in page["changes"]] == ["garden"]
    assert page["head"] == head + 1


def test_of_many_readers_who_would_wait_some_do_and_the_others_are_answered_at_once(city: RegistryUnderTest) -> None:
    services = [city.caller("service") for _ in range(READERS)]
    head = city.admin.changes()[-1]["sequence"]
    answered: list[int] = []

    def read(service: Caller) -> None:
        answered.append(len(service.changes(head, wait_s=30)))

    threads = [threading.Thread(target=read, args=(service,)) for service in services]
    for thread in threads:
        thread.start()
    until(lambda: len(answered), lambda count: count >= READERS - WAITING, 10)
    assert answered == [0] * (READERS - WAITING)

    city.admin.made("/v1/pilots", pilot("garden"))
    for thread in threads:
        thread.join(10)
    assert answered[READERS - WAITING :] == [1] * WAITING


@pytest.mark.parametrize("role", ["administrator", "auditor"])
def test_only_services_wait(city: RegistryUnderTest, stopping: NeverStopping, role: str) -> None:
    assert city.caller(role).changes(after=1000, wait_s=30) == []
    assert not stopping.somebody_waits.is_set()


def test_a_reader_that_waits_in_vain_gets_an_empty_page(city: RegistryUnderTest) -> None:
    page = city.caller("service").get("/v1/changes?after=1000&wait=0.2").json
    assert page == {"changes": [], "head": 2}
