"""A home in 南山区 and a venue in 福田区, those who give evidence, and how they upload it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from werkzeug.test import TestResponse

from tests.integration.databases import Databases
from tests.integration.registry_under_test import (
    OTHER_VENDOR,
    VENDOR,
    Caller,
    Grown,
    RegistryUnderTest,
    home,
    venue,
)
from tests.unit.registry import papers


class Evidence(NamedTuple):
    """The registry, the folder of its documents, and a caller of each kind."""

    registry: RegistryUnderTest
    folder: Path
    officer: Caller  # of 南山区
    approver: Caller  # of 南山区
    neighbour: Caller  # an officer of 福田区
    vendor: Caller  # acme, whose feed serves garden
    auditor: Caller
    manager: Caller

    def upload(self, caller: Caller, content: bytes = papers.PDF, **query: Any) -> TestResponse:
        """Upload a file; of the home's acceptance, if nothing else is said."""
        told = {"document_kind": "ACCEPTANCE_RECORD", "title": "一期验收记录", "site": "garden"} | query
        asked = {name: value for name, value in told.items() if value is not None}
        return self.registry.app.test_client().post(
            "/v1/documents", query_string=asked, data=content, headers=caller.headers
        )

    def uploaded(self, caller: Caller, content: bytes = papers.PDF, **query: Any) -> str:
        """Upload a file; fails unless it is new. Its SHA-256."""
        answer = self.upload(caller, content, **query)
        assert answer.status_code == 201, answer.text
        assert answer.json is not None
        return str(answer.json["sha256"])

    def content(self, caller: Caller, sha256: str, headers: Mapping[str, str] = {}) -> TestResponse:
        """The bytes of a document."""
        path = f"/v1/documents/{sha256}/content"
        return self.registry.app.test_client().get(path, headers={**caller.headers, **headers})


@Grown
def _home_venue_and_feed(made: RegistryUnderTest) -> None:
    made.admin.made("/v1/organisations", VENDOR, OTHER_VENDOR)
    home(made.admin, "garden", "nanshan", dwellings=3)
    made.admin.made("/v1/venues", venue("hall", "futian"))
    assert made.admin.post("/v1/feeds", {"vendor": "acme", "feed": "gw", "sites": ["garden"]}).status_code == 201


def evidence(databases: Databases, folder: Path) -> Evidence:
    """A new registry with a home ``garden``, a venue ``hall``, and a feed of acme's at the first."""
    made = _home_venue_and_feed(databases, folder)
    return Evidence(
        made,
        folder,
        officer=made.caller("district_officer", districts=["nanshan"]),
        approver=made.caller("district_approver", districts=["nanshan"]),
        neighbour=made.caller("district_officer", districts=["futian"]),
        vendor=made.caller("vendor", vendors=["acme"]),
        auditor=made.caller("auditor"),
        manager=made.caller("programme_manager"),
    )
