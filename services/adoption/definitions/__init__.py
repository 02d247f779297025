"""Metric definitions, as data: what a figure means, in words an auditor can check it against.

Source: the policy page's sections 4 and 7 (7 overrides). A change is a new version; a version once used is never
edited. Parameters are integers, so that no figure depends on rounding.
Read: shape, then pilots, activation, homes, monthly, stickiness, category_use, retention, households, slots, venues.
"""

from collections.abc import Mapping

from services.adoption.definitions.activation import ACTIVATION
from services.adoption.definitions.category_use import CATEGORY_USE
from services.adoption.definitions.homes import ACTIVE_HANDED_OVER, ACTIVE_OCCUPIED, ONLINE
from services.adoption.definitions.households import HOUSEHOLD_ACTIVATION
from services.adoption.definitions.monthly import MONTHLY_HANDED_OVER, MONTHLY_OCCUPIED
from services.adoption.definitions.pilots import SELECTED
from services.adoption.definitions.retention import RETENTION
from services.adoption.definitions.shape import AFFECTED_MINUTES, Definition, Parameter, Text
from services.adoption.definitions.slots import AUTOMATION, IDLE
from services.adoption.definitions.stickiness import STICKINESS
from services.adoption.definitions.venues import USES, UTILISATION

__all__ = [
    "ACTIVATION", "ACTIVE_HANDED_OVER", "ACTIVE_OCCUPIED", "AFFECTED_MINUTES", "AUTOMATION", "CATEGORY_USE",
    "DEFINITIONS", "HOUSEHOLD_ACTIVATION", "IDLE", "MONTHLY_HANDED_OVER", "MONTHLY_OCCUPIED", "ONLINE", "RETENTION",
    "SELECTED", "STICKINESS", "USES", "UTILISATION", "Definition", "Parameter", "Text",
]  # fmt: skip

_HOMES = (
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
    IDLE,
)
_ALL = (SELECTED, ACTIVATION, *_HOMES, USES, UTILISATION)
DEFINITIONS: Mapping[str, Definition] = {definition.id: definition for definition in _ALL}
