"""Figures and their rows over HTTP: what is told is what the contract says."""

from datetime import date
from pathlib import Path

import msgspec
from flask.testing import FlaskClient

from services.adoption.definitions import DEFINITIONS
from shared.contracts import figures as contract
from shared.contracts.registry import Change
from shared.runtime.registry_copy import RegistryCopy
from tests.unit.adoption.asking import WINDOW, get
from tests.unit.adoption.small_city import NAMES, changes, dated, small_city
from tests.unit.adoption.venues import NINE
from tests.unit.adoption.world import silent_feed


def test_a_figure_has_the_full_form_and_as_many_rows_as_it_says(client: FlaskClient) -> None:
    figure = get(client, f"/v1/figures/H4?{WINDOW}&scope=site:xili")
    assert contract.Figure().validate(figure) == {}
    wanted = ("metric", "version", "numerator", "denominator", "value", "percent", "status")
    assert {name: figure[name] for name in wanted} == {
        "metric": "H4",
        "version": 1,
        "numerator": 1,
        "denominator": 2,
        "value": "1/2",
        "percent": "50.00",
        "status": None,
    }
    assert figure["scope"] == {"kind": "site", "id": "xili"}
    assert figure["window"] == {"from": "2024-02-26", "to": "2024-03-04"}
    assert figure["coverage"] == {"unit": "slot", "unaffected": 2, "all": 2}
    sequence = len(changes(small_city()))
    now = {"at": "2024-03-12T00:00:00.000Z", "registry_sequence": sequence}
    assert figure["as_of"] == now | {"known_on": None, "over": True, "note": None}
    assert figure["conservative"] == figure["observed"]
    for part, count in (("numerator", 1), ("denominator", 2), ("removed", 0)):
        rows = get(client, f"/v1/figures/H4/rows?{WINDOW}&scope=site:xili&part={part}")
        assert contract.Rows().validate(rows) == {}
        assert (rows["count"], len(rows["rows"]), rows["input_hash"]) == (count, count, figure["input_hash"])


def test_a_count_has_neither_denominator_nor_percent(client: FlaskClient) -> None:
    figure = get(client, f"/v1/figures/V2?{WINDOW}")
    assert contract.Figure().validate(figure) == {}
    assert (figure["numerator"], figure["denominator"], figure["value"], figure["percent"]) == (1, None, 1, None)
    (row,) = get(client, f"/v1/figures/V2/rows?{WINDOW}&part=numerator")["rows"]
    assert (row["installation"], row["device"], row["binding"]) == ("museum/hall/vr-0", "hmd", "acme/hmd/2024-01-01")
    assert (row["why"], row["starts_at"], row["length_s"]) == ("valid", "2024-03-01T01:00:00.000Z", 300)
    assert row["records"] == [{"ts": NINE, "seq": 0}]


def test_every_reason_a_row_gives_is_explained_by_its_metric(client: FlaskClient) -> None:
    metrics = {metric["id"]: metric for metric in get(client, "/v1/metrics", "vendor")["metrics"]}
    assert contract.Metrics().validate({"metrics": list(metrics.values())}) == {}
    for metric, words in metrics.items():
        for part in contract.PARTS:
            for row in get(client, f"/v1/figures/{metric}/rows?{WINDOW}&part={part}")["rows"]:
                assert row["why"] in (words["exclusions"] if part == "removed" else words["reasons"])


def test_each_metric_has_the_full_form_and_rows_whose_amounts_sum_to_it(client: FlaskClient, files: Path) -> None:
    for metric in DEFINITIONS:
        figure = get(client, f"/v1/figures/{metric}?{WINDOW}")
        assert contract.Figure().validate(figure) == {}
        for part in ("numerator", "denominator"):
            rows = get(client, f"/v1/figures/{metric}/rows?{WINDOW}&part={part}")
            assert contract.Rows().validate(rows) == {}
            assert sum(row["amount"] for row in rows["rows"]) == rows["total"] == (figure[part] or 0), (metric, part)
        removed = get(client, f"/v1/figures/{metric}/rows?{WINDOW}&part=removed")
        assert sum(row["amount"] for row in removed["rows"]) == sum(figure["removed"].values())


def test_papers_and_outages_reach_figures_through_the_copy_of_the_registry(client: FlaskClient, files: Path) -> None:
    paper = {"pilot": "xili", "code": "p1", "document_no": "虚构", "title": "虚构", "sha256": "0", "recorded_by": "k1"}
    more = {"selections": [paper | {"issued_on": date(2024, 2, 1), "verified_by": "k2"}]}
    nine_to_noon = (NINE, NINE + 3 * 3_600_000)
    more |= silent_feed("acme", "hmd", nine_to_noon)
    made = changes({name: [] for name in NAMES} | more)
    head = len(changes(small_city()))
    RegistryCopy(files / "registry.db").apply(
        [msgspec.structs.replace(change, sequence=head + change.sequence) for change in made]
    )
    selected = get(client, f"/v1/figures/H1?{WINDOW}&scope=site:xili")
    assert (selected["value"], selected["percent"]) == (1, None)
    assert get(client, f"/v1/figures/H1/rows?{WINDOW}&part=numerator")["rows"][0]["document"] == "xili/p1"
    assert get(client, f"/v1/figures/V5?{WINDOW}")["coverage"] == {
        "unit": "device-open-second",
        "unaffected": 30_600 - 175 * 60,  # of the 180 minutes five had data
        "all": 30_600,
    }


def test_a_change_in_the_registry_shows_in_the_next_figure(client: FlaskClient, files: Path) -> None:
    before = get(client, f"/v1/figures/H4?{WINDOW}")
    plain = small_city()
    sequence = len(changes(plain))
    retired = dated(plain["slots"][1] | {"installed_on": "2024-02-01", "retired_on": "2024-03-01"})
    change = Change(sequence + 1, "t", "k", "slot", "xili/ref-00000001/b", 2, None, retired, "", "")
    RegistryCopy(files / "registry.db").apply([change])
    after = get(client, f"/v1/figures/H4?{WINDOW}")
    assert (before["value"], after["value"]) == ("1/2", "1/1")
    assert after["removed"] == {"not_installed": 0, "retired": 1}
    assert after["as_of"]["registry_sequence"] == before["as_of"]["registry_sequence"] + 1
    assert after["input_hash"] != before["input_hash"]
