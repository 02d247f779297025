"""Metric definitions, as data: what a figure means, in words an auditor can check it against.

Source: the policy page's sections 4 and 7 (7 overrides). A change is a new version; a version once used is never
edited. Parameters are integers, so that no figure depends on rounding.
Read: shape, then pilots, activation, homes, monthly, stickiness, category_use, retention, households, slots, venues,
sessions, out_of_hours, availability, idle, registers.
"""

from collections.abc import Mapping

from services.adoption.definitions.activation import ACTIVATION
from services.adoption.definitions.availability import AVAILABLE_DAYS, AVAILABLE_MINUTES, BATTERY_KINDS
from services.adoption.definitions.category_use import CATEGORY_USE
from services.adoption.definitions.homes import ACTIVE_HANDED_OVER, ACTIVE_OCCUPIED, ONLINE
from services.adoption.definitions.households import HOUSEHOLD_ACTIVATION
from services.adoption.definitions.idle import IDLE_DEVICES
from services.adoption.definitions.monthly import MONTHLY_HANDED_OVER, MONTHLY_OCCUPIED
from services.adoption.definitions.out_of_hours import OUT_OF_HOURS
from services.adoption.definitions.pilots import SELECTED
from services.adoption.definitions.registers import REACH, RECONCILIATION, VENUE_COVERAGE
from services.adoption.definitions.retention import RETENTION
from services.adoption.definitions.sessions import AFFECTED_OPEN_MINUTES, COMPLETION, SESSION_LENGTH, SESSION_RATE
from services.adoption.definitions.shape import AFFECTED_MINUTES, Definition, Parameter, Text
from services.adoption.definitions.slots import AUTOMATION, IDLE_SLOTS
from services.adoption.definitions.stickiness import STICKINESS
from services.adoption.definitions.venues import USES, UTILISATION

__all__ = [
    "ACTIVATION", "ACTIVE_HANDED_OVER", "ACTIVE_OCCUPIED", "AFFECTED_MINUTES", "AFFECTED_OPEN_MINUTES",
    "AUTOMATION", "AVAILABLE_DAYS", "AVAILABLE_MINUTES", "BATTERY_KINDS", "CATEGORY_USE", "COMPLETION",
    "DEFINITIONS", "HOUSEHOLD_ACTIVATION", "IDLE_DEVICES", "IDLE_SLOTS", "MONTHLY_HANDED_OVER", "MONTHLY_OCCUPIED",
    "ONLINE", "OUT_OF_HOURS", "REACH", "RECONCILIATION", "RETENTION", "SELECTED", "SESSION_LENGTH", "SESSION_RATE",
    "STICKINESS", "USES", "UTILISATION", "VENUE_COVERAGE", "Definition", "Parameter", "Text",
]  # fmt: skip

_OF_HOMES = (
    SELECTED,
    ACTIVATION,
    HOUSEHOLD_ACTIVATION,
    ONLINE,
    ACTIVE_OCCUPIED,
    ACTIVE_HANDED_OVER,
    MONTHLY_OCCUPIED,
    MONTHLY_HANDED_OVER,
    STICKINESS,
    RETENTION,
    CATEGORY_USE,
    AUTOMATION,
    IDLE_SLOTS,
)
_OF_VENUES = (
    VENUE_COVERAGE, USES, SESSION_RATE, SESSION_LENGTH, UTILISATION, OUT_OF_HOURS, AVAILABLE_MINUTES, AVAILABLE_DAYS,
    REACH, COMPLETION, IDLE_DEVICES, RECONCILIATION,
)  # fmt: skip
_ALL = (*_OF_HOMES, *_OF_VENUES)
DEFINITIONS: Mapping[str, Definition] = {definition.id: definition for definition in _ALL}
