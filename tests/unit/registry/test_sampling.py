"""A sample is what anybody draws again from its description; here in other words, with coreutils' SHA-256."""

import subprocess
from collections import Counter
from fractions import Fraction
from math import floor

from hypothesis import given, strategies as st

from services.registry.sampling import draw, population_sha256

POPULATIONS = st.dictionaries(
    st.text(alphabet="abc/-01", min_size=1, max_size=6), st.sampled_from(["a/x", "a/y", "b/x", "乙/x"]), min_size=1
)


def sha256sum(*texts: str) -> list[str]:
    """What coreutils makes of each text."""
    return [
        subprocess.run(["sha256sum"], input=text.encode(), capture_output=True, check=True).stdout.split()[0].decode()
        for text in texts
    ]


def quotas(size: int, population: dict[str, str]) -> dict[str, int]:
    """Hamilton's apportionment in fractions: whole seats first, the rest to the largest remainders."""
    places = Counter(population.values())
    exact = {name: Fraction(size * count, len(population)) for name, count in places.items()}
    seats = {name: floor(quota) for name, quota in exact.items()}
    for name in sorted(places, key=lambda name: (seats[name] - exact[name], name))[: size - sum(seats.values())]:
        seats[name] += 1
    return seats


def test_a_draw_is_what_sha256sum_and_fractions_make_of_its_description() -> None:
    population = {
        f"garden/h-{number:03}/lamp": ("nanshan/acme" if number % 3 else "futian/bolt") for number in range(40)
    }
    drawn = draw("2026-首次抽样", 7, population)
    seats = quotas(7, population)
    for name, (total, keys) in drawn.strata.items():
        members = [key for key, stratum in population.items() if stratum == name]
        ranked = sorted(zip(sha256sum(*("2026-首次抽样" + key for key in members)), members, strict=True))
        assert total == len(members)
        assert set(keys) == {key for _, key in ranked[: seats[name]]}
    lines = "".join(f"{key}\t{population[key]}\n" for key in sorted(population))
    assert [drawn.population_sha256] == sha256sum(lines)


def test_equal_remainders_go_by_the_name_of_the_stratum() -> None:
    population = {"1": "b", "2": "b", "3": "a", "4": "a"}
    taken = {name: len(keys) for name, (_, keys) in draw("s", 1, population).strata.items()}
    assert taken == {"a": 1, "b": 0}


@given(st.text(min_size=1, max_size=8), st.integers(1, 40), POPULATIONS)
def test_every_draw_keeps_its_size_and_its_shares(seed: str, size: int, population: dict[str, str]) -> None:
    drawn = draw(seed, size, population)
    keys = [key for _, own in drawn.strata.values() for key in own]
    assert len(set(keys)) == len(keys) == min(size, len(population))
    assert all(population[key] == name for name, (_, own) in drawn.strata.items() for key in own)
    if size <= len(population):
        assert {name: len(own) for name, (_, own) in drawn.strata.items()} == quotas(size, population)
    assert draw(seed, size, dict(reversed(population.items()))) == drawn


@given(POPULATIONS)
def test_a_population_that_is_another_has_another_hash(population: dict[str, str]) -> None:
    assert population_sha256(population) != population_sha256({**population, "one-more": "a/x"})
