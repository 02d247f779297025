"""What a body must look like: documents, audit cases, and what an audit records."""

from typing import Any, ClassVar

import marshmallow as ma

from services.registry import fields, media
from services.registry.fields import Length, distinct, wrong
from services.registry.personal import impersonal
from services.registry.schemas import OPTIONAL, REQUIRED, in_order
from shared.contracts import vocabulary
from shared.contracts.vocabulary_evidence import AUDIT_ENTRY_KINDS, DOCUMENT_KINDS, FIELD_RESULTS

_MOST_NAMED = 50
_CONTROLS = r"\x00-\x09\x0b-\x1f\x7f-\x9f"  # but the line feed
MOST_DRAWN = 1_000
STRATA = ("district", "vendor", "category")
SAMPLED = ("slot", "installation")


def _filled_in(kind: type[ma.fields.Field[Any]] = ma.fields.String, **kwargs: Any) -> ma.fields.Field[Any]:
    return kind(dump_only=True, allow_none=True, metadata={"description": "Filled in by the registry"}, **kwargs)


class _Paragraphs:
    """There is no control character but line feeds, and no blank at either end."""

    json_schema: ClassVar = {"pattern": rf"^[^\s{_CONTROLS}](?:[^{_CONTROLS}]*[^\s{_CONTROLS}])?$(?!\n)"}

    def __call__(self, value: str) -> None:
        """:raises ValidationError: if there is"""
        fields.printable(value.replace("\n", " "))


def _text(**kwargs: Any) -> ma.fields.String:
    return ma.fields.String(validate=[Length(1, 4_000), _Paragraphs(), impersonal], **kwargs)


def _digests() -> ma.fields.List[Any]:
    return ma.fields.List(fields.sha256(), load_default=list, validate=[Length(0, 100), distinct])


class DocumentQuery(ma.Schema):
    """What is told of a document that is uploaded; the rest its bytes tell."""

    document_kind = fields.one_of(DOCUMENT_KINDS, **REQUIRED)
    title = fields.text(**REQUIRED)
    site = fields.slug(**OPTIONAL)
    vendor = fields.slug(**OPTIONAL)
    pages = ma.fields.Integer(validate=fields.Between(1, 100_000), **OPTIONAL)
    supersedes = fields.sha256(**OPTIONAL)


class UploadQuery(DocumentQuery):
    """A document's query, and the name of its file."""

    filename = ma.fields.String(
        load_default="", validate=Length(0, 255), metadata={"description": "Only its extension is looked at"}
    )


class DocumentSchema(DocumentQuery):
    """佐证材料."""

    sha256 = fields.sha256(**REQUIRED)
    media_type = fields.one_of(media.EXTENSIONS, **REQUIRED)
    size_bytes = ma.fields.Integer(**REQUIRED)
    recorded_by = _filled_in()
    verified_by = _filled_in()
    state = _filled_in()
    state_from = _filled_in(ma.fields.Date)
    state_reason = _filled_in()


class RelianceSchema(ma.Schema):
    """What relies on a document."""

    entity = ma.fields.String(required=True)
    id = ma.fields.String(required=True)


class AuditCaseSchema(ma.Schema):
    """审计个案."""

    code = fields.slug(**REQUIRED)
    title = fields.text(**REQUIRED)
    sites = ma.fields.List(fields.slug(), load_default=list, validate=[Length(0, 1_000), distinct])
    districts = ma.fields.List(fields.one_of(vocabulary.DISTRICT_CODES), load_default=list, validate=distinct)
    period_from = fields.Day(**REQUIRED)
    period_to = fields.Day(**REQUIRED)
    legal_hold = fields.Flag(load_default=False)
    named = ma.fields.List(
        ma.fields.String(validate=Length(1, 100)), load_default=list, validate=[Length(0, _MOST_NAMED), distinct]
    )
    lead = _filled_in()
    state = _filled_in()
    state_from = _filled_in(ma.fields.Date)
    state_reason = _filled_in()

    @ma.validates_schema
    def _scope(self, data: dict[str, Any], **_: Any) -> None:
        in_order(data["period_from"], data["period_to"], "period_to")
        if not data["sites"] and not data["districts"]:
            raise ma.ValidationError({"districts": wrong("rule.case_scope").messages})


class FieldCheckSchema(ma.Schema):
    """现场核查: null where it was not looked at."""

    result = fields.one_of(FIELD_RESULTS, **REQUIRED)
    device_seen = fields.Flag(**OPTIONAL)
    serial_matches = fields.Flag(**OPTIONAL)
    person_present = fields.Flag(**OPTIONAL)
    paper_matches = fields.Flag(**OPTIONAL)


class StratumSchema(ma.Schema):
    """A stratum of a sample."""

    name = ma.fields.String(required=True)
    population = ma.fields.Integer(required=True)
    drawn = ma.fields.Integer(required=True)


class SampleSchema(ma.Schema):
    """抽样: a draw that anybody can do again."""

    method = ma.fields.String(required=True)
    seed = ma.fields.String(required=True)
    entity = ma.fields.String(required=True)
    stratify_by = ma.fields.List(ma.fields.String(), required=True)
    population = ma.fields.Integer(required=True)
    population_sha256 = fields.sha256(**REQUIRED)
    strata = ma.fields.List(ma.fields.Nested(StratumSchema), required=True)
    drawn = ma.fields.List(ma.fields.String(), required=True)


class ReplySchema(ma.Schema):
    """回复."""

    text = _text(**REQUIRED)
    documents = _digests()


class EntrySchema(ReplySchema):
    """What an auditor records."""

    kind = fields.one_of(("FIELD_RESULT", "FINDING", "OUTCOME", "LEAD"), **REQUIRED)
    confidential = fields.Flag(load_default=False)
    district = fields.one_of(vocabulary.DISTRICT_CODES, **OPTIONAL)
    vendor = fields.slug(**OPTIONAL)
    about_entity = ma.fields.String(validate=Length(1, 60), **OPTIONAL)
    about_id = ma.fields.String(validate=Length(1, 300), **OPTIONAL)
    check = ma.fields.Nested(FieldCheckSchema, **OPTIONAL)

    @ma.validates_schema
    def _fits_its_kind(self, data: dict[str, Any], **_: Any) -> None:
        if (data["about_entity"] is None) != (data["about_id"] is None):
            raise ma.ValidationError({"about_id": wrong("rule.entry_about").messages})
        if (data["kind"] == "FIELD_RESULT") != (data["check"] is not None) or (data["check"] and not data["about_id"]):
            raise ma.ValidationError({"check": wrong("rule.entry_check").messages})
        if data["kind"] == "LEAD" and not data["confidential"]:
            raise ma.ValidationError({"confidential": wrong("rule.entry_lead").messages})
        for name in ("district", "vendor", "about_id", "check"):
            if data["confidential"] and data[name] is not None:  # of it only the text is kept apart
                raise ma.ValidationError({name: wrong("rule.entry_confidential").messages})


class AuditEntrySchema(EntrySchema):
    """审计记录; ``text`` is null of what is confidential, and ``text_sha256`` is that of its salt and text."""

    audit_case = fields.slug(**REQUIRED)
    number = fields.number(1, 1_000_000, **REQUIRED)
    kind = fields.one_of(AUDIT_ENTRY_KINDS, **REQUIRED)
    text = ma.fields.String(required=True, allow_none=True)
    recorded_by = _filled_in()
    text_sha256 = _filled_in()
    sample = ma.fields.Nested(SampleSchema, allow_none=True, dump_only=True)
    replies_to = _filled_in(ma.fields.Integer)


class ConfidentialTextSchema(ma.Schema):
    """The text of a confidential entry: SHA-256 of ``salt`` (as bytes) and ``text`` (UTF-8) is its ``text_sha256``."""

    salt = ma.fields.String(required=True, metadata={"description": "32 random bytes, in hex"})
    text = ma.fields.String(required=True)


class DrawSchema(ma.Schema):
    """What is to be drawn from the places in a case's scope."""

    seed = ma.fields.String(validate=[Length(1, 100), fields.printable], **REQUIRED)
    size = fields.number(1, MOST_DRAWN, **REQUIRED)
    entity = fields.one_of(SAMPLED, load_default="slot")
    stratify_by = ma.fields.List(
        fields.one_of(STRATA), load_default=lambda: list(STRATA), validate=[Length(0, len(STRATA)), distinct]
    )
