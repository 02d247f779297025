"""What people write holds nobody's numbers; the codes of organisations and projects pass."""

import marshmallow as ma
import pytest

from services.registry import fields
from services.registry.refusal import Complaint

FREE_TEXTS = [fields.text(), fields.purpose()]


@pytest.mark.parametrize(
    "personal",
    [
        "请联系13800138000",
        "联系 13800138000",
        "联系１３８００１３８０００",
        "11010519491231002X",  # the example of GB 11643-1999
        "身份证11010519491231002x(样例)",
        "440524200001010014",
        "写给desk@example.com",
        "someone@example",
    ],
)
@pytest.mark.parametrize("field", FREE_TEXTS, ids=["text", "purpose"])
def test_what_tells_somebody_is_refused(field: ma.fields.String, personal: str) -> None:
    with pytest.raises(ma.ValidationError) as refused:
        field.deserialize(personal)
    assert refused.value.messages == [Complaint("rule.personal_data", {})]


@pytest.mark.parametrize(
    "code",
    [
        "91110108551385082Q",  # these five: policy page, section 2.7 (S29)
        "91350100M000100Y43",
        "91110000600037341L",
        "91330100799655058B",
        "114403070075514700",
        "13440300123A45678H",  # begins like a mobile number; check character by GB 32100-2015, 5.2
        "2026-440305-47-01-012345",
        "深房保〔2026〕138号",
        "13800138000123",
        "3 @ 10:00",
    ],
)
@pytest.mark.parametrize("form", ["{}", "关于{}的批复", "关于 {} 的批复"])
@pytest.mark.parametrize("field", FREE_TEXTS, ids=["text", "purpose"])
def test_a_code_inside_a_title_passes(field: ma.fields.String, form: str, code: str) -> None:
    assert field.deserialize(form.format(code)) == form.format(code)


def test_a_code_that_an_authority_gave_is_not_looked_into() -> None:
    assert fields.given_code(64).deserialize("13800138000") == "13800138000"
