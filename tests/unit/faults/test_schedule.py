"""When which fault falls."""

from itertools import pairwise

import pytest

from tests.faults.schedule import FORMS, SCENARIOS, Scenario, chosen, schedule

LASTS_S = 25
KILLS = Scenario("worker-killed", "telemetry-worker", "kill", 3, 4)


def moments(seed: int, scenario: Scenario = KILLS, form: str = "single") -> list[float]:
    return [fault.at_s for fault in schedule(seed, scenario, form, LASTS_S)]


def test_the_same_seed_gives_the_same_moments() -> None:
    assert moments(7) == moments(7)


def test_another_seed_scenario_or_form_gives_others() -> None:
    drawn = [moments(7), moments(8), moments(7, KILLS._replace(name="adoption-killed")), moments(7, form="pack")]

    assert len({tuple(each) for each in drawn}) == len(drawn)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
@pytest.mark.parametrize("form", FORMS)
def test_every_fault_falls_under_the_load_and_far_enough_from_the_one_before(scenario: Scenario, form: str) -> None:
    for seed in range(200):
        drawn = moments(seed, scenario, form)

        assert len(drawn) == scenario.times
        assert drawn[0] >= 0.05 * LASTS_S - 0.01
        assert drawn[-1] <= 0.9 * LASTS_S + 0.01
        assert all(later - earlier >= scenario.gap_s - 0.011 for earlier, later in pairwise(drawn))


def test_moments_are_spread_over_the_whole_load() -> None:
    drawn = [moment for seed in range(200) for moment in moments(seed)]

    for third in range(3):
        assert any(LASTS_S * third / 3 <= moment < LASTS_S * (third + 1) / 3 for moment in drawn)


def test_a_fault_names_what_is_done_to_what_and_for_how_long() -> None:
    away = next(scenario for scenario in SCENARIOS if scenario.act == "away")

    (fault,) = schedule(1, away, "pack", LASTS_S)

    assert (fault.act, fault.program, fault.away_s) == ("away", "influxdb", 60)


def test_a_load_too_short_for_its_faults_is_refused() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        schedule(1, KILLS, "single", 8)


def test_everything_is_played_in_both_forms() -> None:
    assert len(chosen("")) == len(SCENARIOS) * 2


def test_only_names_scenarios_and_forms() -> None:
    assert [(s.name, form) for s, form in chosen("worker-killed,pack")] == [("worker-killed", "pack")]
    assert {form for _, form in chosen("single")} == {"single"}
    assert [form for _, form in chosen("influxdb-away")] == ["single", "pack"]


def test_a_name_that_is_not_there_is_refused_naming_those_that_are() -> None:
    with pytest.raises(ValueError, match=r"worker-kiled.*worker-killed"):
        chosen("worker-kiled")


def test_workers_and_stores_are_killed_the_broker_restarted_and_influxdb_away() -> None:
    done = {(scenario.act, scenario.program) for scenario in SCENARIOS}

    killed = {("kill", name) for name in ("telemetry-worker", "influxdb", "rabbitmq", "adoption-worker")}
    assert killed | {("restart", "mosquitto"), ("away", "influxdb")} == done
