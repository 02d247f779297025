"""Of which devices nothing may be kept, and on which days: those bound to a dwelling let without consent. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from shared.contracts.civil_time import day_from_date
from shared.contracts.registry import Binding, Change
from shared.contracts.registry_evidence import Tenancy, without_consent

_FOREVER = 2_932_896  # 9999-12-31 as a day number


class Days(NamedTuple):
    """Civil days, half-open."""

    first: int
    end: int


def refused(refusals: Mapping[str, Sequence[Days]], device: str | None, day: int) -> bool:
    """Whether nothing of a device may be kept on a day; ``refusals`` are those of its vendor."""
    return any(days.first <= day < days.end for days in refusals.get(device or "", ()))


class Consent:
    """Follows tenancies and bindings; ``refusals`` are days by vendor and device."""

    def __init__(self) -> None:
        self.refusals: dict[str, dict[str, list[Days]]] = {}
        self._bindings: dict[str, dict[str, Binding]] = {}  # by dwelling, then by id
        self._dwelling_of: dict[str, str] = {}  # of a binding
        self._refused: dict[str, tuple[str, Days]] = {}  # of a tenancy: its dwelling, and the days without consent
        self._changed = False

    def add_binding(self, key: str, binding: Binding) -> None:
        """A device is bound."""
        if binding.slot is not None:
            dwelling = binding.slot.rpartition("/")[0]
            self._dwelling_of[key] = dwelling
            self._bindings.setdefault(dwelling, {})[key] = binding
            self._changed = True

    def add_tenancy(self, key: str, tenancy: Tenancy) -> None:
        """A dwelling is let."""
        refused = self._refused.pop(key, None)
        first, end = without_consent(tenancy)
        days = Days(day_from_date(first), _FOREVER if end is None else day_from_date(end))
        if days.first < days.end:
            self._refused[key] = (f"{tenancy.pilot}/{tenancy.dwelling_ref}", days)
        self._changed |= self._refused.get(key) != refused

    def take(self, change: Change) -> None:
        """Take a change of the registry over, if it concerns consent."""
        if change.entity == "binding":
            self._bindings.get(self._dwelling_of.pop(change.id, ""), {}).pop(change.id, None)
            self._changed = True
            if change.after is not None:
                self.add_binding(change.id, _of(Binding, change.after))
        elif change.entity == "tenancy":
            if change.after is None:
                self._changed |= self._refused.pop(change.id, None) is not None
            else:
                self.add_tenancy(change.id, _of(Tenancy, change.after))

    def settle(self) -> None:
        """Work out ``refusals`` anew, if anything has changed."""
        if not self._changed:
            return
        self._changed = False
        self.refusals = {}
        for dwelling, refused in self._refused.values():
            for binding in self._bindings.get(dwelling, {}).values():
                end = _FOREVER if binding.valid_to is None else day_from_date(binding.valid_to)
                days = Days(max(refused.first, day_from_date(binding.valid_from)), min(refused.end, end))
                if days.first < days.end:
                    self.refusals.setdefault(binding.vendor, {}).setdefault(binding.device, []).append(days)


def _of(kind: Any, body: dict[str, Any]) -> Any:
    return msgspec.convert(body, kind)
