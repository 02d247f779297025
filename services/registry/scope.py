"""Whom a role reaches: everything, some districts, or some vendors; pure, and by default nothing."""

from typing import NamedTuple

from shared.runtime.auth import Principal

READ_ALL = ("administrator", "programme_manager", "auditor", "service")
OF_DISTRICTS = ("district_officer", "district_approver")
OF_VENDORS = ("vendor",)


class Reach(NamedTuple):
    """What a caller reaches; ``everything`` makes the others meaningless. ``key``: what is his own, wherever it is."""

    everything: bool = False
    districts: tuple[str, ...] = ()
    vendors: tuple[str, ...] = ()
    key: str = ""


def reach(caller: Principal) -> Reach:
    """What a caller reaches by his role and the scope of his key."""
    if caller.role in READ_ALL:
        return Reach(everything=True)
    return Reach(
        districts=caller.districts if caller.role in OF_DISTRICTS else (),
        vendors=caller.vendors if caller.role in OF_VENDORS else (),
        key=caller.key,
    )


def reaches(caller: Principal, *, district: str | None, vendor: str | None) -> bool:
    """Whether an entity of this district or vendor is in the caller's reach."""
    own = reach(caller)
    return own.everything or district in own.districts or vendor in own.vendors
