"""Consent is not given backwards; checked against the days of a tenancy, one by one."""

from datetime import date, timedelta

import pytest
from hypothesis import given, strategies as st

from services.registry.refusal import Refused
from services.registry.tenancies import check, completed
from shared.contracts.registry_evidence import Tenancy

FIRST = date(2026, 1, 1)
DAYS = 12  # beyond every end


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


def tenancy(consent: str, since: int, ends: int | None = None, given_from: int | None = None) -> Tenancy:
    until = None if ends is None else day(ends)
    agreed = None if given_from is None else day(given_from)
    return Tenancy("p", "home-0001", 1, FIRST, consent, day(since), valid_to=until, given_from=agreed)


@st.composite
def tenancies(draw: st.DrawFn) -> Tenancy:
    ends = draw(st.none() | st.integers(1, DAYS - 2))
    since = draw(st.integers(0, (ends or DAYS - 2) - 1))
    consent = draw(st.sampled_from(["GIVEN", "REFUSED", "WITHDRAWN"]))
    given_from = draw(st.none() | st.integers(0, since - 1)) if consent == "WITHDRAWN" and since else None
    return tenancy(consent, since, ends, given_from)


def let(one: Tenancy) -> set[date]:
    return {day(n) for n in range(DAYS) if one.valid_to is None or day(n) < one.valid_to}


def consented(one: Tenancy) -> set[date]:
    """The days of a tenancy on which its household has agreed."""
    if one.consent == "REFUSED":
        return set()
    if one.consent == "GIVEN":
        return {each for each in let(one) if each >= one.consent_from}
    return {each for each in let(one) if (one.given_from or one.valid_from) <= each < one.consent_from}


def is_refused(before: Tenancy, after: Tenancy, *earlier: Tenancy) -> bool:
    try:
        check(before, after, earlier)
    except Refused:
        return True
    return False


@given(tenancies(), tenancies())
def test_a_day_without_consent_counts_only_if_it_comes_after_the_last_word(before: Tenancy, after: Tenancy) -> None:
    counts_now = (let(before) - consented(before)) & consented(after)
    assert is_refused(before, after) == any(each <= before.consent_from for each in counts_now)


@pytest.mark.parametrize(
    ("before", "after", "refused"),
    [
        (tenancy("REFUSED", 0), tenancy("GIVEN", 0), True),
        (tenancy("REFUSED", 5), tenancy("GIVEN", 3), True),
        (tenancy("REFUSED", 5), tenancy("GIVEN", 6), False),
        (tenancy("WITHDRAWN", 5), tenancy("GIVEN", 5), True),
        (tenancy("WITHDRAWN", 5), tenancy("GIVEN", 6), False),
        (tenancy("WITHDRAWN", 5), tenancy("WITHDRAWN", 7), True),
        (tenancy("GIVEN", 0), tenancy("WITHDRAWN", 5), False),
        (tenancy("GIVEN", 5), tenancy("GIVEN", 3), True),
        (tenancy("GIVEN", 5), tenancy("WITHDRAWN", 7), True),  # it would make days 0 to 4 count
        (tenancy("GIVEN", 5), tenancy("WITHDRAWN", 7, given_from=5), False),
        (tenancy("GIVEN", 5), tenancy("WITHDRAWN", 7, given_from=4), True),
        (tenancy("GIVEN", 5), tenancy("REFUSED", 7), False),
        (tenancy("REFUSED", 0), tenancy("WITHDRAWN", 5), True),
        (tenancy("REFUSED", 5), tenancy("REFUSED", 1, ends=3), False),  # the end alone is amended, in effect
    ],
)
def test_which_words_may_follow_which(before: Tenancy, after: Tenancy, refused: bool) -> None:
    assert is_refused(before, after) == refused


def test_a_word_that_was_moved_back_first_was_still_said() -> None:
    said, moved = tenancy("GIVEN", 5), tenancy("REFUSED", 0)
    assert is_refused(moved, tenancy("GIVEN", 1), said, moved)
    assert not is_refused(moved, tenancy("GIVEN", 6), said, moved)


SINCE = {"consent_from": "2026-01-08"}  # day 7


@pytest.mark.parametrize(
    ("before", "patch", "given_from"),
    [
        (tenancy("GIVEN", 5), {"consent": "WITHDRAWN"}, "2026-01-06"),
        (tenancy("GIVEN", 0), {"consent": "WITHDRAWN"}, None),
        (tenancy("GIVEN", 5), {"consent": "WITHDRAWN", "given_from": "2026-01-07"}, "2026-01-07"),
        (tenancy("WITHDRAWN", 7, given_from=5), {"consent": "GIVEN"}, None),
        (tenancy("REFUSED", 5), {"consent": "WITHDRAWN"}, None),
    ],
)
def test_a_withdrawal_keeps_since_when_it_was_given(
    before: Tenancy, patch: dict[str, str], given_from: str | None
) -> None:
    assert completed(before, patch | SINCE) == patch | SINCE | {"given_from": given_from}


@pytest.mark.parametrize("patch", [{"valid_to": "2026-02-01"}, {"consent": "GIVEN"}, {"consent_from": "2026-01-03"}])
def test_a_patch_without_another_word_stays_as_it_is(patch: dict[str, str]) -> None:
    assert completed(tenancy("GIVEN", 5), patch) == patch


def test_another_word_has_its_day_and_nothing_is_withdrawn_before_it_was_given() -> None:
    for patch in ({"consent": "WITHDRAWN"}, {"consent": "WITHDRAWN", "consent_from": "2026-01-06"}):
        with pytest.raises(Refused) as refused:
            completed(tenancy("GIVEN", 5), patch)
        assert [one.pointer for one in refused.value.faults] == ["#/consent_from"]
