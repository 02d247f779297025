"""Adoption as it runs: events on RabbitMQ become figures that an auditor reads; an outage of RabbitMQ is outlived."""

import threading
from datetime import date

import pytest
import requests

from deploy.local.stack import Stack
from shared.brokers.rabbitmq import Body
from shared.runtime.delivery import until_done
from tests.integration.adoption_under_test import AdoptionUnderTest
from tests.integration.outages import down
from tests.system.polling import until
from tests.unit.adoption import cities
from tests.unit.adoption.homes import heartbeat
from tests.unit.adoption.small_city import changes, small_city
from tests.unit.adoption.venues import NINE, session
from tests.unit.adoption.world import body

WINDOW = (date(2024, 2, 26), date(2024, 3, 4))
MORE_THAN_A_SEGMENT = 4_200  # of a quorum queue's log: a broker in a folder with a Chinese name could not reopen it


def presence(device: str, ts: int) -> Body:
    return Body("presence.home.nanshan", body([heartbeat(device, ts)]).content)


def test_an_event_published_becomes_a_figure_that_an_auditor_reads(adoption: AdoptionUnderTest) -> None:
    adoption.registry.add(changes(small_city()))
    auditor = {"Authorization": f"Bearer {adoption.registry.token('auditor')}"}
    officer = {"Authorization": f"Bearer {adoption.registry.token('district_officer', districts=['futian'])}"}

    with adoption.worker(), adoption.serving() as url:

        def figure(metric: str, scope: str, headers: dict[str, str] = auditor) -> requests.Response:
            params = {"from": str(WINDOW[0]), "to": str(WINDOW[1]), "scope": scope}
            return requests.get(f"{url}/v1/figures/{metric}", params=params, headers=headers, timeout=10)

        until(adoption.is_ready, bool)
        assert figure("V2", "site:museum").json()["value"] == 0
        visit = Body("session.vr.futian", body([session(NINE, 300)]).content)
        adoption.publisher.publish([presence("lamp", cities.midnight_ms(WINDOW[0])), visit])
        until(lambda: figure("V2", "site:museum").json(), lambda found: found["value"] == 1)
        until(lambda: figure("H4", "district:nanshan").json(), lambda found: found["value"] == "1/2")
        assert figure("V2", "district:futian", officer).json()["value"] == 1
        assert figure("H4", "district:nanshan", officer).status_code == 403
        status = requests.get(f"{url}/v1/status", headers=auditor, timeout=10).json()
        assert status["registry_sequence"] == len(changes(small_city()))
        assert status["rows"]["session"] == 1
        until(adoption.counters, lambda text: "adoption_events_total 2.0" in text)


@pytest.mark.timeout(180)
def test_a_worker_outlives_its_broker_and_folds_what_came_meanwhile(
    brokers: Stack, adoption: AdoptionUnderTest
) -> None:
    publisher = adoption.publisher
    with adoption.worker() as process:
        until(adoption.is_ready, bool)
        publisher.publish([presence("first", NINE)] * MORE_THAN_A_SEGMENT)
        until(lambda: adoption.heard("first"), bool)
        with down(brokers, "rabbitmq"):
            sign = until(adoption.health, lambda found: not found["ready"], within_s=30)
            assert sign["waiting_for"] == "rabbitmq"
        publisher.close()
        second = presence("second", NINE)
        until_done(lambda: publisher.publish([second]), threading.Event())  # its queue may still look for a leader
        until(lambda: adoption.heard("second"), bool)
        until(adoption.is_ready, bool)
        assert process.poll() is None
    assert process.returncode == 0
