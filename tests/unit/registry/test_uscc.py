"""USCC against the vectors of the policy page, section 2.7 (S29), and an arithmetic of its own."""

import marshmallow as ma
import pytest
from hypothesis import given, strategies as st

from services.registry.fields import Uscc
from services.registry.refusal import Complaint

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100-2015: without I, O, S, V and Z


def check_character(body: str) -> str:
    """GB 32100-2015, 5.2: weights 3^(i-1) mod 31; the final ``mod 31`` is what some published versions forget."""
    total = sum(ALPHABET.index(character) * pow(3, place, 31) for place, character in enumerate(body))
    return ALPHABET[(31 - total % 31) % 31]


@pytest.mark.parametrize(
    "valid",
    [
        "91110108551385082Q",
        "91350100M000100Y43",
        "91110000600037341L",
        "91330100799655058B",
        "114403070075514700",  # its sum is a multiple of 31: the case that published versions refuse
    ],
)
def test_a_valid_code_is_taken(valid: str) -> None:
    assert Uscc().deserialize(valid) == valid


@pytest.mark.parametrize("invalid", ["91350100M000100Y4A", "91350100M000100Y4", "", "911101O8551385082Q", 1144, None])
def test_an_invalid_code_is_refused(invalid: object) -> None:
    with pytest.raises(ma.ValidationError):
        Uscc().deserialize(invalid)


def test_the_refusal_is_known_by_its_own_name() -> None:
    with pytest.raises(ma.ValidationError) as refused:
        Uscc().deserialize("91350100M000100Y4A")
    assert refused.value.messages == [Complaint("detail.bad_uscc", {"value": "91350100M000100Y4A"})]


BODIES = st.builds(
    lambda kind, district, rest: kind + district + rest,
    st.sampled_from(["11", "51", "91", "92"]),
    st.integers(100_000, 999_999).map(str),
    st.text(ALPHABET, min_size=9, max_size=9),
)


@given(BODIES)
def test_of_all_check_characters_exactly_the_right_one_is_taken(body: str) -> None:
    taken = []
    for character in ALPHABET:
        try:
            taken.append(Uscc().deserialize(body + character)[-1])
        except ma.ValidationError:
            continue
    assert taken == [check_character(body)]
