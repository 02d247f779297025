"""Who may read a figure over which scope; pure."""

from collections.abc import Collection

from services.adoption.figures.city import City
from services.adoption.figures.scopes import Scope, district_of

READS_ALL = ("administrator", "programme_manager", "auditor")
READS_OWN_DISTRICTS = ("district_officer", "district_approver")
READS_OWN_VENDORS = ("vendor",)
READERS = (*READS_ALL, *READS_OWN_DISTRICTS, *READS_OWN_VENDORS)


def may_read(role: str, districts: Collection[str], vendors: Collection[str], scope: Scope, city: City) -> bool:
    """Whether a role that reaches over these districts or vendors may read a scope.

    A district's people read what lies wholly in their districts, a vendor what is wholly its own.
    """
    if role in READS_ALL:
        return True
    if role in READS_OWN_DISTRICTS:
        return district_of(scope, city) in districts
    if role in READS_OWN_VENDORS and scope.id is not None and scope.kind in ("vendor", "device"):
        return scope.id.partition("/")[0] in vendors
    return False
