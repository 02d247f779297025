"""The numbers of the rules: as the policy page gives them, or as the service that is judged says it uses them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

LONGEST_OF = "interval_max_s."


@dataclass(frozen=True)
class Parameters:
    """``interval_max_s`` is the longest reporting interval believed of a category; of one that it lacks, any is."""

    merge_gap_s: int = 60
    shortest_s: int = 60
    longest_s: int = 3600
    affected_minutes: int = 60
    interval_max_s: Mapping[str, int] = field(default_factory=dict)

    def interval_minutes(self, device: Mapping[str, Any]) -> int:
        """The reporting interval of a registered device, in whole minutes, a begun one counted."""
        longest = self.interval_max_s.get(device.get("category", ""))
        told = [seconds for seconds in (device.get("reporting_interval_s"), longest) if seconds]
        return max(1, -(-min(told, default=60) // 60))


def read_parameters(told: Mapping[str, int]) -> Parameters:
    """Those of a service, by the names it publishes: ``{"longest_s": 3600, "interval_max_s.LIGHTING": 900, …}``.

    :raises ValueError: if one is missing, lest the policy page's be taken for it
    """
    names = [one.name for one in fields(Parameters) if one.name != "interval_max_s"]
    if lacking := sorted(set(names) - set(told)):
        raise ValueError(f"no parameter {', '.join(lacking)}")
    longest = {key.removeprefix(LONGEST_OF): value for key, value in told.items() if key.startswith(LONGEST_OF)}
    return Parameters(**{name: told[name] for name in names}, interval_max_s=longest)
