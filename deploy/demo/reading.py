"""Figures, ledger and definitions, read as a programme manager reads them: over HTTP, by name."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from deploy.demo.api import Api

Json = dict[str, Any]
OF_HOMES = ("H1", "H4", "H6", "H7", "H7a")
OF_VENUES = ("V2", "V5")
METRICS = {**dict.fromkeys(OF_HOMES, "pilots"), **dict.fromkeys(OF_VENUES, "venues")}  # and the sites it is about


class Reader:
    """Reads a city's figures and ledger over one window of civil days, half-open."""

    def __init__(self, api: Api, urls: dict[str, str], city: Json, window: dict[str, str]) -> None:
        self._api = api
        self._urls = urls
        self.city = city
        self.window = window

    def figure(self, metric: str, scope: str, **asked: str) -> Json:
        """One figure in its full form; ``asked`` adds ``as_of``, or another window's ``from`` and ``to``."""
        url = f"{self._urls['adoption']}/v1/figures/{metric}"
        found: Json = self._api.get(url, scope=scope, **(self.window | asked))
        return found

    def reasons(self, metric: str, scope: str, part: str) -> dict[str, int]:
        """What a part of a figure is made of: by reason, in the unit of that part, the most first."""
        url = f"{self._urls['adoption']}/v1/figures/{metric}/rows"
        found: Counter[str] = Counter()
        for row in self._api.get(url, scope=scope, part=part, **self.window)["rows"]:
            found[row["why"]] += row["amount"]
        return dict(found.most_common())

    def reported(self) -> Json:
        """What is checked and then shown: every figure, and the ledger."""
        return {"figures": self.figures(), "ledger": self.ledger()}

    def figures(self) -> dict[str, Json]:
        """Every metric of the programme, its sites and its districts, by ``METRIC SCOPE``; V2 of installations too."""
        installations = [f"installation:{i['venue']}/{i['zone']}/{i['code']}" for i in self.city["installations"]]
        wanted = [(metric, scope) for metric, sites in METRICS.items() for scope in self.scopes(sites)]
        wanted += [("V2", scope) for scope in installations]
        return {f"{metric} {scope}": self.figure(metric, scope) for metric, scope in wanted}

    def scopes(self, collection: str) -> list[str]:
        """The sites of a collection, the districts they lie in, and the programme."""
        sites = [f"site:{site['slug']}" for site in self.city[collection]]
        districts = [
            f"district:{district}" for district in sorted({site["district"] for site in self.city[collection]})
        ]
        return [*sites, *districts, "programme"]

    def daily(self, metric: str, scope: str) -> dict[str, Json]:
        """A figure of each single day of the window, by day."""
        return {day: self.figure(metric, scope, **{"from": day, "to": _next(day)}) for day in self.days()}

    def days(self) -> Iterator[str]:
        """The days of the window."""
        day = self.window["from"]
        while day < self.window["to"]:
            yield day
            day = _next(day)

    def metrics(self) -> dict[str, Json]:
        """The definitions, by id."""
        return {metric["id"]: metric for metric in self._api.get(f"{self._urls['adoption']}/v1/metrics")["metrics"]}

    def status(self) -> Json:
        """How far adoption's facts are."""
        found: Json = self._api.get(f"{self._urls['adoption']}/v1/status")
        return found

    def ledger(self) -> Json:
        """The ledger of all vendors over the window."""
        found: Json = self._api.get(f"{self._urls['telemetry']}/v1/ledger", **self.window)
        return found


def _next(day: str) -> str:
    return (date.fromisoformat(day) + timedelta(days=1)).isoformat()
