"""What a key or a person may be granted, and that somebody is left who may grant."""

from collections.abc import Iterator

from services.registry.refusal import Fault, fault, pointer
from services.registry.scope import OF_DISTRICTS, OF_VENDORS
from services.registry.store import Store
from shared.contracts.registry import Key
from shared.contracts.registry_people import Person


def faults_of_scope(store: Store, role: str, districts: list[str], vendors: list[str]) -> list[Fault]:
    """Why a scope does not fit its role, or names a vendor that is not registered."""
    return [*_unfit(role, districts, vendors), *_unknown_vendors(store, vendors)]


def faults_of_leaving(store: Store, row: Key | Person) -> Iterator[Fault]:
    """Why a key or a person must stay as it is: nobody could administer the registry without.

    Who counts can sign in today and on every day to come: people that are ACTIVE, and keys that never expire.
    """
    lasting = row.state == "ACTIVE" if isinstance(row, Person) else row.active and row.expires_on is None
    if row.role == "administrator" and lasting and store.lasting_administrators() == 1:
        yield fault(pointer(), "conflicting", "rule.last_administrator")


def _unfit(role: str, districts: list[str], vendors: list[str]) -> list[Fault]:
    wrong = []
    for name, given, roles in (("districts", districts, OF_DISTRICTS), ("vendors", vendors, OF_VENDORS)):
        if role in roles and not given:
            wrong.append(fault(pointer(name), "invalid_request", "rule.scope_needed", role=role))
        if role not in roles and given:
            wrong.append(fault(pointer(name), "invalid_request", "rule.scope_unused", role=role))
    return wrong


def _unknown_vendors(store: Store, vendors: list[str]) -> list[Fault]:
    known = store.known("organisation", set(vendors))
    unknown = [(position, vendor) for position, vendor in enumerate(vendors) if vendor not in known]
    return [
        fault(
            pointer("vendors", position),
            "unknown_reference",
            "detail.unknown_reference",
            entity="organisation",
            id=vendor,
        )
        for position, vendor in unknown
    ]
