"""The positions of a design as people write them in one cell; what is none stays text, so that it is told."""

from typing import Any

import pytest

from services.registry.importing import positions

LAMP = {"code": "lamp", "category": "LIGHTING", "required": True}


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("lamp 照明", [LAMP]),
        (
            " lamp  LIGHTING 必配 ； curtain 遮阳 选配；",
            [LAMP, {"code": "curtain", "category": "SHADING", "required": False}],
        ),
        ("lamp 照明\ncurtain shading Optional", [LAMP, {"code": "curtain", "category": "SHADING", "required": False}]),
        ("lamp 灯", [{"code": "lamp", "category": "灯", "required": True}]),
        ("lamp", "lamp"),
        ("lamp 照明 也许", "lamp 照明 也许"),
        ("lamp 照明 必配 2", "lamp 照明 必配 2"),
    ],
)
def test_each_position_is_a_code_a_category_and_whether_it_is_required(cell: str, value: Any) -> None:
    assert positions.read(cell) == value
