"""Does a run of sessions count, for how many, and if not, why not. Source: policy 4.3 and 7.5."""

from typing import NamedTuple

from services.adoption.definitions import USES
from services.adoption.figures.calendars import in_force, open_minutes
from services.adoption.figures.city import City, bound_on, out_of_service
from services.adoption.figures.known import RawSession
from services.adoption.figures.merging import Run
from services.adoption.figures.scopes import VrPlace, installation_id
from shared.contracts.civil_time import date_from_day, day_and_minute, day_of, minute_of
from shared.contracts.registry import Binding, Installation
from shared.contracts.vocabulary import HEADSETS, SENSOR_PRESENCE_METHODS

VALID = "valid"
MANUAL = "MANUAL"
GAP_MS = USES.parameter("merge_gap_s") * 1000
SHORTEST_MS = USES.parameter("shortest_s") * 1000
LONGEST_MS = USES.parameter("longest_s") * 1000


class Session(NamedTuple):
    """A run of one device's raw sessions, judged: it counts where ``why`` is ``valid``."""

    vendor: str
    device: str
    run: Run
    binding: Binding | None
    installation: Installation | None
    why: str
    headcount: int
    length_ms: int
    overlong_ms: int
    findings: tuple[str, ...]

    @property
    def place(self) -> VrPlace:
        """Where it happened."""
        return VrPlace(self.vendor, self.device, self.run.sessions[0].site, self.installation)


def merging_place(city: City, vendor: str, device: str, ts_ms: int) -> str | None:
    """The installation a device is bound to on the day of ``ts_ms``, where what senses presence is a sensor."""
    _, installation = _bound(city, vendor, device, ts_ms)
    if installation is None or installation.presence_method not in SENSOR_PRESENCE_METHODS:
        return None
    return installation_id(installation)


def judge(city: City, vendor: str, device: str, run: Run, *, overlapping: bool = False) -> Session:
    """Judge one run, ``overlapping`` an earlier one that it was not merged with.

    Reasons are looked for in the order of the definition's exclusions, and the first is named.
    """
    binding, installation = _bound(city, vendor, device, run.start)
    length_ms = min(run.end - run.start, LONGEST_MS)
    overlong_ms = run.end - run.start - length_ms
    headcount, findings = _headcount(run.sessions, installation)
    if overlong_ms:
        findings.append("overlong")
    if overlapping:
        findings.append("overlapping")
    if installation and any(raw.site != installation.venue for raw in run.sessions):
        findings.append("other_site")
    return Session(
        vendor=vendor,
        device=device,
        run=run,
        binding=binding,
        installation=installation,
        why=_why(city, run, installation, length_ms),
        headcount=headcount,
        length_ms=length_ms,
        overlong_ms=overlong_ms,
        findings=tuple(findings),
    )


def _bound(city: City, vendor: str, device: str, ts_ms: int) -> tuple[Binding | None, Installation | None]:
    binding = bound_on(city.of_device.get((vendor, device), ()), date_from_day(day_of(ts_ms)))
    if binding is None or binding.installation is None:
        return None, None
    return binding, city.entities.installations[binding.installation]


def _why(city: City, run: Run, installation: Installation | None, length_ms: int) -> str:
    if any(raw.voided for raw in run.sessions):
        return "voided"
    if installation is None:
        return "not_bound"
    day, minute = day_and_minute(minute_of(run.start))
    if reason := out_of_service(installation, date_from_day(day)):
        return reason
    if length_ms < SHORTEST_MS:
        return "too_short"
    zone = city.entities.zones[f"{installation.venue}/{installation.zone}"]
    calendar = in_force(zone.calendars, date_from_day(day))
    if calendar is None:
        return "no_calendar"
    if not open_minutes(calendar, city.closures_of[installation.venue], date_from_day(day)) >> minute & 1:
        return "outside_hours"
    return "manual" if installation.presence_method == MANUAL else VALID


def _headcount(sessions: tuple[RawSession, ...], installation: Installation | None) -> tuple[int, list[str]]:
    if installation is None or installation.vr_device_kind in HEADSETS:
        return 1, []
    said = [raw.headcount for raw in sessions]
    findings = ["headcount_absent"] if all(headcount is None for headcount in said) else []
    if any(headcount is not None and headcount > installation.seats for headcount in said):
        findings.append("above_seats")
    return max(min(1 if headcount is None else headcount, installation.seats) for headcount in said), findings
