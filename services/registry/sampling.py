"""A sample that anybody can draw again with a spreadsheet and SHA-256; pure.

Each place is in one stratum. The population's hash is the SHA-256 of its lines ``id TAB stratum LF`` in the order of
ids. A stratum's share is size × its places / all places, rounded by the largest remainder (Hamilton; equal remainders
in the order of the strata's names). In a stratum places are ordered by SHA-256(seed ‖ id), both in UTF-8, as hex, and
the first are drawn. Text is ordered by code point.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

METHOD = "sha256-order/largest-remainder/v1"


class Drawn(NamedTuple):
    """Of each stratum, in the order of names, how many places it has and which were drawn, in the order of ids."""

    population_sha256: str
    strata: Mapping[str, tuple[int, Sequence[str]]]


def draw(seed: str, size: int, population: Mapping[str, str]) -> Drawn:
    """Draw up to ``size`` of a population, which maps ids to the names of their strata."""
    members: defaultdict[str, list[str]] = defaultdict(list)
    for key in sorted(population):
        members[population[key]].append(key)
    shares = _shares(size, Counter(population.values()))
    strata = {
        name: (len(members[name]), sorted(sorted(members[name], key=lambda key: _rank(seed, key))[: shares[name]]))
        for name in sorted(members)
    }
    return Drawn(population_sha256(population), strata)


def population_sha256(population: Mapping[str, str]) -> str:
    """What the population was, as one hash."""
    lines = "".join(f"{key}\t{population[key]}\n" for key in sorted(population))
    return hashlib.sha256(lines.encode()).hexdigest()


def _shares(size: int, places: Mapping[str, int]) -> dict[str, int]:
    total = sum(places.values())
    if size >= total:
        return dict(places)
    shares = {name: size * count // total for name, count in places.items()}
    by_remainder = sorted(places, key=lambda name: (-(size * places[name] % total), name))
    for name in by_remainder[: size - sum(shares.values())]:
        shares[name] += 1
    return shares


def _rank(seed: str, key: str) -> str:
    return hashlib.sha256((seed + key).encode()).hexdigest()
