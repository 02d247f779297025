"""Put devices into slots. Most speak from the first day; some slots have a fate, so that H4 has something to tell.

Fates: ``silent`` (about one slot in 25), and once in a city ``test_only`` (every record a test), ``spoke_before`` (its
binding), ``swapped`` and ``swapped_silent`` (the new device speaks, or not), ``unbound`` (no device), ``planned`` (not
installed), ``retired`` (within the days), ``late`` (registered and bound only later: parked until then).
"""

from dataclasses import dataclass
from datetime import date

from simulators.city import City, Speaker

ONCE = ("test_only", "spoke_before", "swapped_silent", "unbound", "planned", "retired")
SILENT_SHARE = 0.04


@dataclass(frozen=True, slots=True)
class Position:
    """A slot to be, and what is to fill it."""

    pilot: str
    dwelling_ref: str
    code: str
    category: str
    vendor: str
    feed: str
    installed_on: date


def install(city: City, positions: list[Position], late_vendor: str, interval_s: int) -> None:
    """Add slots, devices, bindings and speakers for the positions; the late device is one of ``late_vendor``."""
    fates = _fates(city, positions, late_vendor)
    middle = city.first_day + (city.until - city.first_day) // 2
    for number, position in enumerate(positions):
        _Fitting(city, position, number, interval_s, middle).fit(fates.get(number, "speaks"))


def _fates(city: City, positions: list[Position], late_vendor: str) -> dict[int, str]:
    chance = city.random("fates")
    # Gateways are spared: a home whose gateway has a fate would be silent as a whole.
    free = [number for number, position in enumerate(positions) if position.category != "GATEWAY"]
    lamps = [number for number in free if positions[number].category == "LIGHTING"]
    late = chance.choice([n for n in free if positions[n].vendor == late_vendor and n not in lamps])
    free.remove(late)
    # Somebody uses it every day, so that both halves of the swap count towards use.
    swapped = chance.choice(lamps)
    free.remove(swapped)
    chance.shuffle(free)
    fates = dict(zip(free, ONCE, strict=False)) | {swapped: "swapped"}
    rest = free[len(ONCE) :]
    fates.update(dict.fromkeys(rest[: round(len(rest) * SILENT_SHARE)], "silent"))
    return fates | {late: "late"}


@dataclass(frozen=True, slots=True)
class _Fitting:
    """One position being fitted; ``middle`` is the day on which what changes within the days changes."""

    city: City
    position: Position
    number: int
    interval_s: int
    middle: date

    def fit(self, fate: str) -> None:
        """Add the slot, and its device or devices as the fate says."""
        first, until, bound_on = self.city.first_day, self.city.until, self.position.installed_on
        device, middle = self._device(1), self.middle
        self._slot(
            installed_on=None if fate == "planned" else bound_on,
            retired_on=middle if fate == "retired" else None,
        )
        if fate in {"speaks", "silent", "test_only"}:
            self._register(device, bound_on)
        if fate in {"speaks", "test_only", "late"}:
            self._speak(device, first, until, test_only=fate == "test_only")
        if fate == "late":
            self._register(device, bound_on, prefix="late_")
        if fate == "spoke_before":
            self._register(device, middle)
            self._speak(device, first, middle)
        if fate in {"retired", "swapped", "swapped_silent"}:
            self._register(device, bound_on, unbound_on=middle)
            self._speak(device, first, middle)
        if fate in {"swapped", "swapped_silent"}:
            self._register(self._device(2), middle)
        if fate == "swapped":
            self._speak(self._device(2), middle, until)

    def _device(self, generation: int) -> str:
        return f"{self.position.vendor[:2].upper()}.{self.number:05d}:{generation:02d}"

    def _slot(self, installed_on: date | None, retired_on: date | None) -> None:
        position = self.position
        self.city.add(
            "slots",
            pilot=position.pilot,
            dwelling_ref=position.dwelling_ref,
            code=position.code,
            category=position.category,
            required=True,
            installed_on=installed_on.isoformat() if installed_on else None,
            retired_on=retired_on.isoformat() if retired_on else None,
        )

    def _register(self, device: str, bound_on: date, unbound_on: date | None = None, prefix: str = "") -> None:
        position = self.position
        self.city.add(
            f"{prefix}devices",
            vendor=position.vendor,
            device=device,
            category=position.category,
            reporting_interval_s=self.interval_s,
        )
        self.city.add(
            f"{prefix}bindings",
            vendor=position.vendor,
            device=device,
            valid_from=bound_on.isoformat(),
            slot=f"{position.pilot}/{position.dwelling_ref}/{position.code}",
            valid_to=unbound_on.isoformat() if unbound_on else None,
        )
        self.city.add(
            f"{prefix}feed_bindings",
            vendor=position.vendor,
            device=device,
            feed=position.feed,
            valid_from=bound_on.isoformat(),
            valid_to=unbound_on.isoformat() if unbound_on else None,
        )

    def _speak(self, device: str, first_day: date, until: date, *, test_only: bool = False) -> None:
        position = self.position
        self.city.speakers.append(
            Speaker(
                vendor=position.vendor,
                device=device,
                feed=position.feed,
                site=position.pilot,
                place=f"{position.pilot}/{position.dwelling_ref}",
                kind=position.category,
                interval_s=self.interval_s,
                first_day=first_day.isoformat(),
                until=until.isoformat(),
                test_only=test_only,
            )
        )
