"""What a body must look like: other names of devices, replacements, maintenance."""

from typing import Any

import marshmallow as ma

from services.registry import fields
from services.registry.fields import wrong
from services.registry.schemas import OPTIONAL, REQUIRED, in_order
from shared.contracts import vocabulary

MOST_HOURS = 72  # 试点评价口径: at most so long a case, the policy's reading 7.3
_HOUR_MS = 3_600_000


class DeviceAliasSchema(ma.Schema):
    """设备别名."""

    vendor = fields.slug(**REQUIRED)
    alias = fields.device_id(**REQUIRED)
    valid_from = fields.Day(**REQUIRED)
    device = fields.device_id(**REQUIRED)
    valid_to = fields.Day(**OPTIONAL)

    @ma.validates_schema
    def _dates(self, data: dict[str, Any], **_: Any) -> None:
        in_order(data["valid_from"], data["valid_to"], "valid_to")

    @ma.validates_schema
    def _two_names(self, data: dict[str, Any], **_: Any) -> None:
        if data["alias"] == data["device"]:
            raise ma.ValidationError({"alias": wrong("rule.alias_of_itself").messages})


class SwapSchema(ma.Schema):
    """更换, as the vendor reports it."""

    vendor = fields.slug(**REQUIRED)
    device_out = fields.device_id(**REQUIRED)
    on = fields.Day(**REQUIRED)
    device_in = fields.device_id(**REQUIRED)
    reason = fields.one_of(vocabulary.SWAP_REASONS, **REQUIRED)
    reason_text = fields.text(**OPTIONAL)
    place = fields.filled_in()
    state = fields.filled_in()
    state_from = fields.filled_in_day()
    state_reason = fields.filled_in()

    @ma.validates_schema
    def _two_devices(self, data: dict[str, Any], **_: Any) -> None:
        if data["device_out"] == data["device_in"]:
            raise ma.ValidationError({"device_in": wrong("rule.swap_with_itself").messages})

    @ma.validates_schema
    def _other_is_named(self, data: dict[str, Any], **_: Any) -> None:
        if data["reason"] == "OTHER" and data["reason_text"] is None:
            raise ma.ValidationError({"reason_text": wrong("rule.other_text").messages})


class ReportingIntervalSchema(ma.Schema):
    """上报间隔, from a day until that of the next one."""

    vendor = fields.slug(**REQUIRED)
    device = fields.device_id(**REQUIRED)
    valid_from = fields.Day(**REQUIRED)
    interval_s = fields.number(1, vocabulary.LONGEST_INTERVAL_S, **REQUIRED)
    reason = fields.text(**OPTIONAL)


class MaintenanceSchema(ma.Schema):
    """维护, epoch milliseconds, half-open."""

    place = fields.place(**REQUIRED)
    from_ms = fields.epoch_ms(**REQUIRED)
    to_ms = fields.epoch_ms(**REQUIRED)
    vendor = fields.slug(**REQUIRED)
    reason = fields.text(**REQUIRED)
    state = fields.filled_in()
    state_from = fields.filled_in_day()
    state_reason = fields.filled_in()

    @ma.validates_schema
    def _length(self, data: dict[str, Any], **_: Any) -> None:
        if data["to_ms"] <= data["from_ms"]:
            found = wrong("rule.not_after", day=data["to_ms"], before=data["from_ms"])
            raise ma.ValidationError({"to_ms": found.messages})
        if data["to_ms"] - data["from_ms"] > MOST_HOURS * _HOUR_MS:
            raise ma.ValidationError({"to_ms": wrong("rule.maintenance_long", most=MOST_HOURS).messages})
