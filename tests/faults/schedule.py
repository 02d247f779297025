"""Which fault falls when: from a seed alone, so that a run can be repeated. Pure."""

import random
from collections.abc import Sequence
from typing import Literal, NamedTuple

Act = Literal["kill", "restart", "away"]
FORMS = {"single": 1, "pack": 100}  # records a message


class Scenario(NamedTuple):
    """A fault done ``times`` times to one program under load; ``gap_s`` at least lies between two."""

    name: str
    program: str
    act: Act
    times: int
    gap_s: float
    away_s: float = 0


class Fault(NamedTuple):
    """One fault, ``at_s`` seconds after the load began; ``away_s`` of an outage."""

    at_s: float
    act: Act
    program: str
    away_s: float = 0


SCENARIOS = (
    Scenario("worker-killed", "telemetry-worker", "kill", 3, 4),
    Scenario("influxdb-killed", "influxdb", "kill", 3, 4),
    Scenario("rabbitmq-killed", "rabbitmq", "kill", 2, 10),
    Scenario("adoption-killed", "adoption-worker", "kill", 3, 4),
    Scenario("mosquitto-restarted", "mosquitto", "restart", 3, 4),
    Scenario("influxdb-away", "influxdb", "away", 1, 0, 60),
)
_EARLIEST, _LATEST = 0.05, 0.9  # shares of the load's time: a fault after its end would prove nothing


def chosen(only: str) -> Sequence[tuple[Scenario, str]]:
    """Scenarios in both forms; of ``only`` (names of scenarios or forms, by commas) those it names.

    :raises ValueError: if it names something that is not there
    """
    wanted = {word for word in only.split(",") if word}
    names = {scenario.name for scenario in SCENARIOS}
    if unknown := wanted - names - FORMS.keys():
        known = ", ".join([*sorted(names), *FORMS])
        raise ValueError(f"没有 / there is no {', '.join(sorted(unknown))}; 有 / there are: {known}")
    return [
        (scenario, form)
        for scenario in SCENARIOS
        for form in FORMS
        if (not wanted & names or scenario.name in wanted) and (not wanted & FORMS.keys() or form in wanted)
    ]


def schedule(seed: int, scenario: Scenario, form: str, lasts_s: float) -> list[Fault]:
    """The faults of one scenario under a load that lasts so long, in order.

    :raises ValueError: if the load is too short for so many with their gaps
    """
    room_s = lasts_s * (_LATEST - _EARLIEST) - scenario.gap_s * (scenario.times - 1)
    if room_s <= 0:
        raise ValueError(f"{scenario.name}: {scenario.times} faults do not fit into {lasts_s:.0f} s of load")
    chance = random.Random(f"{seed}/{scenario.name}/{form}")
    moments = sorted(chance.uniform(0, room_s) for _ in range(scenario.times))
    return [
        Fault(
            round(lasts_s * _EARLIEST + moment + place * scenario.gap_s, 2),
            scenario.act,
            scenario.program,
            scenario.away_s,
        )
        for place, moment in enumerate(moments)
    ]
