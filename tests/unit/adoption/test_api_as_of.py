"""Figures as known on a day, and the late list, over HTTP."""

from datetime import date
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from services.adoption.definitions import DEFINITIONS
from shared.contracts import late as late_contract
from tests.unit.adoption import cities
from tests.unit.adoption.asking import WINDOW, get
from tests.unit.adoption.venues import NINE, session
from tests.unit.adoption.world import body, fold_batches


def test_a_figure_as_known_on_a_day_says_which_and_whether_it_is_over(client: FlaskClient, files: Path) -> None:
    late = session(NINE + 3_600_000, 300, seq=9) | {"received_ms": cities.midnight_ms(date(2024, 3, 11))}
    fold_batches(files / "adoption.db", [[body([late])]])
    values = {}
    for asked in (
        "",
        "&as_of=2024-03-01",
        "&as_of=2024-03-02",
        "&as_of=2024-03-10",
        "&as_of=2024-03-11",
        "&cutoff=true",
    ):
        figure = get(client, f"/v1/figures/V2?{WINDOW}{asked}")
        rows = get(client, f"/v1/figures/V2/rows?{WINDOW}&part=numerator{asked}")
        assert (rows["count"], rows["as_of"]) == (figure["value"], figure["as_of"])
        values[asked] = (figure["value"], figure["as_of"]["known_on"], figure["as_of"]["over"])
    assert values == {
        "": (2, None, True),
        "&as_of=2024-03-01": (0, "2024-03-01", True),
        "&as_of=2024-03-02": (1, "2024-03-02", True),
        "&as_of=2024-03-10": (1, "2024-03-10", True),
        "&as_of=2024-03-11": (2, "2024-03-11", True),
        "&cutoff=true": (2, "2024-03-11", True),
    }


@pytest.mark.parametrize("asked", ["as_of=2024-03-12", "as_of=2024-03-20", "from=2024-02-26&to=2024-03-05&cutoff=true"])
def test_before_a_civil_day_is_over_the_answer_says_that_it_may_change(client: FlaskClient, asked: str) -> None:
    window = "" if "from" in asked else f"{WINDOW}&"
    as_of = get(client, f"/v1/figures/V2?{window}{asked}")["as_of"]
    assert as_of["over"] is False
    assert as_of["known_on"] in as_of["note"]["zh"]
    assert as_of["known_on"] in as_of["note"]["en"]


def test_the_late_list_shows_what_came_after_the_cut_off_and_its_effect_on_every_metric(
    client: FlaskClient, files: Path
) -> None:
    late = session(NINE + 3_600_000, 300, seq=9) | {"received_ms": cities.midnight_ms(date(2024, 3, 12))}
    fold_batches(files / "adoption.db", [[body([late])]])
    told = get(client, f"/v1/late?{WINDOW}&scope=site:museum")
    assert late_contract.Late().validate(told) == {}
    assert told["since"]["known_on"] == "2024-03-11"  # seven days after t1
    (row,) = told["rows"]
    none = {"added": 0, "withdrawn": 0}
    assert row == {"vendor": "acme", "device": "hmd", "day": "2024-03-01", "known": "2024-03-12"} | {
        "seen": {"added": 5, "withdrawn": 0},
        "sessions": {"added": 1, "withdrawn": 0},
    } | dict.fromkeys(("local", "smart", "automated", "ack"), none)
    effects = {effect["metric"]: effect for effect in told["effects"]}
    assert set(effects) == set(DEFINITIONS)
    assert [effects["V2"][when]["value"] for when in ("since", "now")] == [1, 2]
    assert [effects["V5"][when]["numerator"] for when in ("since", "now")] == [300, 600]
    nothing = get(client, f"/v1/late?{WINDOW}&scope=site:xili")
    assert (nothing["rows"], nothing["count"]) == ([], 0)
    assert get(client, f"/v1/late?{WINDOW}&since=2024-03-12")["rows"] == []
    assert len(get(client, f"/v1/late?{WINDOW}&since=2024-02-20")["rows"]) == 3
