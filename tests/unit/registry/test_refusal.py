"""A fault's pointer names the place in the body, whatever the fields there are called."""

from typing import Any

import marshmallow as ma
import pytest

from services.registry.api.keys import CredentialsSchema
from services.registry.refusal import flatten
from services.registry.schemas import CalendarSchema, DeviceSchema

MIDNIGHT_AGAIN = [["24:00", "00:00"]]


@pytest.mark.parametrize(
    ("schema", "body", "places"),
    [
        (CredentialsSchema(), {}, {"#/key", "#/secret"}),
        (CredentialsSchema(), {"key": 5, "secret": "s"}, {"#/key"}),
        (DeviceSchema(), {"vendor": "acme", "device": "a", "key": 1, "value": 2}, {"#/key", "#/value"}),
        (DeviceSchema(), [], {"#"}),
        (CalendarSchema(), {"valid_from": "2026-01-01", "weekly": {"key": [], "mon": []}}, {"#/weekly/key"}),
        (CalendarSchema(), {"valid_from": "2026-01-01", "weekly": {"mon": MIDNIGHT_AGAIN}}, {"#/weekly/mon/0"}),
        (CalendarSchema(), {"valid_from": "2026-01-01", "weekly": []}, {"#/weekly"}),
    ],
)
def test_a_fault_stands_where_it_is(schema: ma.Schema, body: Any, places: set[str]) -> None:
    with pytest.raises(ma.ValidationError) as refused:
        schema.load(body)
    assert {fault.pointer for fault in flatten(refused.value.messages)} == places
