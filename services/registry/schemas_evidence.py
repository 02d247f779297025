"""What a body must look like: papers, occupancy, tenancies, the feeds of devices, and outages."""

from typing import Any

import marshmallow as ma

from services.registry import fields
from services.registry.fields import wrong
from services.registry.schemas import OPTIONAL, REQUIRED, in_order
from shared.contracts import vocabulary

MONTH_PATTERN = r"^20\d{2}-(0[1-9]|1[0-2])$(?!\n)"


class Paper(ma.Schema):
    """What every paper has: which it is, who recorded it, and who else verified it."""

    code = fields.slug(**REQUIRED)
    document_no = fields.given_code(100, **REQUIRED)
    title = fields.text(**REQUIRED)
    sha256 = fields.sha256(**REQUIRED)
    recorded_by = fields.filled_in()
    verified_by = fields.filled_in()


class SelectionSchema(Paper):
    """试点入选文件."""

    pilot = fields.slug(**REQUIRED)
    issued_on = fields.Day(**REQUIRED)
    withdrawn_on = fields.Day(**OPTIONAL)

    @ma.validates_schema
    def _dates(self, data: dict[str, Any], **_: Any) -> None:
        in_order(data["issued_on"], data["withdrawn_on"], "withdrawn_on")


class LegalBasisSchema(Paper):
    """个人信息处理依据 (个人信息保护法第十三条) of occupancy data."""

    pilot = fields.slug(**REQUIRED)
    basis = fields.one_of(vocabulary.LEGAL_BASES, **REQUIRED)
    valid_from = fields.Day(**REQUIRED)
    valid_to = fields.Day(**OPTIONAL)

    @ma.validates_schema
    def _dates(self, data: dict[str, Any], **_: Any) -> None:
        in_order(data["valid_from"], data["valid_to"], "valid_to")


class OccupancySchema(ma.Schema):
    """月度入住, as the property's manager reports it."""

    pilot = fields.slug(**REQUIRED)
    dwelling_ref = fields.dwelling_ref(**REQUIRED)
    month = ma.fields.String(validate=fields.Matches(MONTH_PATTERN, "rule.month"), **REQUIRED)
    occupied = fields.Flag(**REQUIRED)


class TenancySchema(ma.Schema):
    """租住: from when to when, and whether the household agreed; never who."""

    pilot = fields.slug(**REQUIRED)
    dwelling_ref = fields.dwelling_ref(**REQUIRED)
    number = fields.number(1, 9_999, **REQUIRED)
    valid_from = fields.Day(**REQUIRED)
    valid_to = fields.Day(**OPTIONAL)
    consent = fields.one_of(vocabulary.CONSENTS, **REQUIRED)
    consent_from = fields.Day(**REQUIRED)
    given_from = fields.Day(**OPTIONAL)

    @ma.validates_schema
    def _dates(self, data: dict[str, Any], **_: Any) -> None:
        in_order(data["valid_from"], data["valid_to"], "valid_to")
        ends = data["valid_to"]
        if data["consent_from"] < data["valid_from"] or (ends is not None and data["consent_from"] >= ends):
            found = wrong("rule.within_tenancy", first=data["valid_from"], end=ends or "…")
            raise ma.ValidationError({"consent_from": found.messages})
        given = data["given_from"]
        if given is not None and not (
            data["consent"] == "WITHDRAWN" and data["valid_from"] <= given < data["consent_from"]
        ):
            found = wrong("rule.given_before_withdrawn", first=data["valid_from"], end=data["consent_from"])
            raise ma.ValidationError({"given_from": found.messages})


class FeedBindingSchema(ma.Schema):
    """The feed a device speaks through, with effective dates."""

    vendor = fields.slug(**REQUIRED)
    device = fields.device_id(**REQUIRED)
    feed = fields.slug(**REQUIRED)
    valid_from = fields.Day(**REQUIRED)
    valid_to = fields.Day(**OPTIONAL)

    @ma.validates_schema
    def _dates(self, data: dict[str, Any], **_: Any) -> None:
        in_order(data["valid_from"], data["valid_to"], "valid_to")


class OutageSchema(ma.Schema):
    """数据通道中断, epoch milliseconds, half-open."""

    vendor = fields.slug(**REQUIRED)
    feed = fields.slug(**REQUIRED)
    from_ms = fields.epoch_ms(**REQUIRED)
    to_ms = fields.epoch_ms(**OPTIONAL)
    cause = fields.text(**REQUIRED)
    evidence_title = fields.text(**OPTIONAL)
    evidence_sha256 = fields.sha256(**OPTIONAL)
    state = fields.filled_in()
    drafted_by = fields.filled_in()
    evidenced_by = fields.filled_in()
    decided_by = fields.filled_in()
    decision_reason = fields.filled_in()

    @ma.validates_schema
    def _in_order(self, data: dict[str, Any], **_: Any) -> None:
        if data["to_ms"] is not None and data["to_ms"] <= data["from_ms"]:
            found = wrong("rule.not_after", day=data["to_ms"], before=data["from_ms"])
            raise ma.ValidationError({"to_ms": found.messages})

    @ma.validates_schema
    def _both_or_neither(self, data: dict[str, Any], **_: Any) -> None:
        for given, other in (("evidence_title", "evidence_sha256"), ("evidence_sha256", "evidence_title")):
            if data[given] is not None and data[other] is None:
                raise ma.ValidationError({other: wrong("rule.evidence_whole").messages})
