"""Of which devices nothing may be kept, and on which days: those bound to a dwelling let without consent. Pure.

What is heard of an alias was heard of its device, on the alias' days: it is refused with it.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

import msgspec

from shared.contracts.civil_time import day_from_date
from shared.contracts.registry import Binding, Change
from shared.contracts.registry_devices import DeviceAlias
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
        self._refused: dict[
            str, tuple[str, list[Days]]
        ] = {}  # of a tenancy: its dwelling, and its days without consent
        self._aliases: dict[str, DeviceAlias] = {}  # by id
        self._changed = False

    def add_alias(self, key: str, alias: DeviceAlias) -> None:
        """A device has another name."""
        self._aliases[key] = alias
        self._changed = True

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
        if spans := [Days(day_from_date(first), _day_or_forever(end)) for first, end in without_consent(tenancy)]:
            self._refused[key] = (f"{tenancy.pilot}/{tenancy.dwelling_ref}", spans)
        self._changed |= self._refused.get(key) != refused

    def take(self, change: Change) -> None:
        """Take a change of the registry over, if it concerns consent."""
        if change.entity == "binding":
            self._bindings.get(self._dwelling_of.pop(change.id, ""), {}).pop(change.id, None)
            self._changed = True
            if change.after is not None:
                self.add_binding(change.id, _of(Binding, change.after))
        elif change.entity == "device_alias":
            self._changed |= self._aliases.pop(change.id, None) is not None
            if change.after is not None:
                self.add_alias(change.id, _of(DeviceAlias, change.after))
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
        for dwelling, spans in self._refused.values():
            for binding in self._bindings.get(dwelling, {}).values():
                self._refuse(binding.vendor, binding.device, spans, binding)
        for alias in self._aliases.values():
            spans = self.refusals.get(alias.vendor, {}).get(alias.device, [])
            self._refuse(alias.vendor, alias.alias, spans, alias)

    def _refuse(self, vendor: str, device: str, spans: Sequence[Days], on: Binding | DeviceAlias) -> None:
        """Refuse a device on those of these days on which it is so bound or called."""
        first, end = day_from_date(on.valid_from), _day_or_forever(on.valid_to)
        for span in spans:
            days = Days(max(span.first, first), min(span.end, end))
            if days.first < days.end:
                self.refusals.setdefault(vendor, {}).setdefault(device, []).append(days)


def _day_or_forever(day: date | None) -> int:
    return _FOREVER if day is None else day_from_date(day)


def _of(kind: Any, body: dict[str, Any]) -> Any:
    return msgspec.convert(body, kind)
