"""H1: which selection documents make a pilot count."""

from datetime import date, timedelta
from typing import Any

import pytest

from services.adoption.measure import Measured
from tests.unit.adoption.homes import WEEK, home
from tests.unit.adoption.world import Json, city_of, known, measure

T1 = WEEK[1]
DAY = timedelta(days=1)


def paper(code: str = "p1", **more: Any) -> Json:
    said = {"pilot": "xili", "code": code, "document_no": "虚构〔2024〕1号", "title": "虚构", "sha256": "0" * 64}
    return said | {"issued_on": date(2024, 1, 5), "recorded_by": "k1", "verified_by": "k2"} | more


def selected(*papers: Json, scope: str = "programme") -> Measured:
    with known([]) as facts:
        return measure("H1", scope, WEEK, city_of(home([]) | {"selections": list(papers)}), facts)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({}, "selected"),
        ({"issued_on": T1 - DAY}, "selected"),
        ({"issued_on": T1}, "not_yet_issued"),
        ({"verified_by": None}, "unverified"),
        ({"verified_by": "k1"}, "unverified"),
        ({"withdrawn_on": T1}, "selected"),
        ({"withdrawn_on": T1 - DAY}, "withdrawn"),
    ],
)
def test_a_document_counts_if_another_person_verified_it_and_it_holds_at_t1(said: Json, why: str) -> None:
    result = selected(paper(**said))
    part: Any = "numerator" if why == "selected" else "removed"
    assert [(row.why, row.site, row.document) for row in result.rows(part)] == [(why, "xili", "xili/p1")]
    assert result.figure.conservative == (int(why == "selected"), None, int(why == "selected"), None)


def test_a_pilot_with_several_documents_counts_once_by_the_first_that_counts() -> None:
    later, withdrawn = paper("p2", issued_on=date(2024, 2, 1)), paper("p0", withdrawn_on=date(2024, 2, 1))
    result = selected(later, withdrawn, paper())
    assert [row.document for row in result.rows("numerator")] == ["xili/p1"]
    assert sum(result.figure.removed.values()) == 0


def test_a_district_without_pilots_has_a_true_zero_and_the_goal_is_a_parameter() -> None:
    figure = selected(paper(), scope="district:futian").figure
    assert (figure.status, figure.conservative.value) == (None, 0)
    assert figure.definition.parameter("target") == 5
    assert selected(paper(), scope="vendor:acme").figure.status == "NOT_APPLICABLE"


def test_the_document_shown_is_the_one_issued_first_and_of_one_day_the_one_whose_code_comes_first() -> None:
    earlier = paper("p9", issued_on=date(2024, 1, 4))
    for papers, document in (([paper("p1"), earlier], "xili/p9"), ([paper("p2"), paper("p1")], "xili/p1")):
        assert [row.document for row in selected(*papers).rows("numerator")] == [document]
