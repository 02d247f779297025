"""One scenario in one form: load, faults under it, drain, compare, verdict."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from deploy.demo.api import ApiError
from tests.faults import breaking
from tests.faults.schedule import FORMS, Fault, Scenario, schedule
from tests.under_load.comparing import Difference, compare, ledger_faults
from tests.under_load.draining import NotDrained, until_drained
from tests.under_load.load import Load, LoadFailed, Wish
from tests.under_load.private import PrivateStack
from tests.under_load.sent import holding_of, points_by_day
from tests.under_load.stored import holding_in

_SETTLES_WITHIN_S = 45
_LOAD_ENDS_WITHIN_S = 300


class Size(NamedTuple):
    """How many records a scenario sends, and over how many seconds."""

    records: int
    lasts_s: float


@dataclass
class Verdict:
    """What became of one scenario; it held if there are no ``faults_found``."""

    scenario: Scenario
    form: str
    wish: Wish
    done: list[str] = field(default_factory=list)
    difference: Difference = field(default_factory=lambda: Difference(0, 0, []))
    sent_again: int = 0  # messages, by the feeds
    repeated: int = 0  # records received more than once, by the ledger
    took_s: float = 0
    faults_found: list[str] = field(default_factory=list)


def run(private: PrivateStack, scenario: Scenario, form: str, seed: int, size: Size) -> Verdict:
    """Play one scenario through."""
    pack = FORMS[form]
    wish = Wish(size.records, pack, rate=size.records / pack / size.lasts_s, seed=seed % 2**31, again_after_s=5)
    verdict = Verdict(scenario, form, wish)
    began = time.monotonic()
    town = private.town(f"{scenario.name}-{form}", wish.devices())
    load = Load(private.folder / town.vendor, town, wish, private.stack.ports.mqtt)
    try:
        _play(private, load, schedule(seed, scenario, form, size.lasts_s), verdict)
        until_drained(private.stack)
        _judge(private, load, town.vendor, verdict)
    except (LoadFailed, NotDrained, breaking.NotDone) as failure:
        verdict.faults_found.append(str(failure))
    finally:
        load.stop()
    verdict.took_s = time.monotonic() - began
    return verdict


def _play(private: PrivateStack, load: Load, faults: list[Fault], verdict: Verdict) -> None:
    begun = load.start()
    for fault in faults:
        load.run_until(begun + fault.at_s)
        at_s = time.monotonic() - begun
        breaking.do(private.stack, fault)
        verdict.done.append(_told(fault, at_s))
    totals = load.finish(_LOAD_ENDS_WITHIN_S)
    breaking.recover(private.stack, verdict.scenario.program)
    verdict.sent_again = totals["messages"]["sent_again"]
    verdict.faults_found += _receipt_faults(totals, verdict.wish.records)


def _told(fault: Fault, at_s: float) -> str:
    return f"{fault.act}@{at_s:.1f}s" + (f" for {fault.away_s:.0f}s" if fault.away_s else "")


def _receipt_faults(totals: dict[str, Any], records: int) -> list[str]:
    """Every record was registered and good: its receipt must say accepted."""
    accepted = totals["receipts"]["accepted"]
    return [] if accepted == records else [f"receipts: {accepted} of {records} accepted: {totals['receipts']}"]


def _judge(private: PrivateStack, load: Load, vendor: str, verdict: Verdict) -> None:
    sent = holding_of(load.lines())
    if len(sent.points) != verdict.wish.records:
        verdict.faults_found.append(f"{verdict.wish.records} records wished, {len(sent.points)} distinct were sent")
    influx, facts = private.stack.influx_url("adoption"), private.facts
    verdict.difference = _settled(
        lambda: compare(sent, holding_in(influx, facts, vendor)), lambda found: not found.missing and not found.double
    )
    verdict.faults_found += verdict.difference.examples
    days = points_by_day(sent)
    ledger, wrong = _settled(lambda: _ledger(private, vendor, days), lambda found: not found[1])
    verdict.faults_found += wrong
    verdict.repeated = sum(row["repeated"] or 0 for row in ledger["rows"])


def _ledger(private: PrivateStack, vendor: str, days: Counter[int]) -> tuple[dict[str, Any], list[str]]:
    """A vendor's ledger, and what is wrong with it."""
    try:
        ledger = private.ledger(vendor)
    except ApiError as error:
        return {"rows": []}, [str(error)]  # a dependency of the API may still be coming back
    return ledger, ledger_faults(days, ledger)


def _settled(ask: Callable[[], Any], right: Callable[[Any], bool]) -> Any:
    """The answer once it is right, or the last one: what the workers did last may still be under way."""
    deadline = time.monotonic() + _SETTLES_WITHIN_S
    while not right(answer := ask()) and time.monotonic() < deadline:
        time.sleep(1)
    return answer
