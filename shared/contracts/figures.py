"""Figures over HTTP: the full form of a metric over a scope and a window, and the rows behind it.

Example: ``{"metric": "H4", "version": 1, "numerator": 57, "denominator": 60, "value": "57/60", "percent": "95.00",
"status": null, …}``. A count has neither denominator nor percent, and its value is the integer itself.
"""

import marshmallow as ma

STATUSES = ("INSUFFICIENT", "NOT_APPLICABLE")
PARTS = ("numerator", "denominator", "removed")


class Text(ma.Schema):
    """Words for a reader, Chinese first."""

    zh = ma.fields.String(required=True)
    en = ma.fields.String(required=True)


class Parameter(ma.Schema):
    """A number a definition depends on, with where it comes from."""

    key = ma.fields.String(required=True)
    value = ma.fields.Integer(required=True)
    unit = ma.fields.String(required=True)
    meaning = ma.fields.Nested(Text, required=True)
    source = ma.fields.String(required=True)
    clause = ma.fields.String(required=True)
    version = ma.fields.Integer(required=True)
    valid_from = ma.fields.Date(required=True)


class Metric(ma.Schema):
    """A metric's definition; ``denominator`` is null where it is a count."""

    id = ma.fields.String(required=True)
    version = ma.fields.Integer(required=True)
    valid_from = ma.fields.Date(required=True)
    name = ma.fields.Nested(Text, required=True)
    formula = ma.fields.Nested(Text, required=True)
    numerator = ma.fields.Nested(Text, required=True)
    denominator = ma.fields.Nested(Text, required=True, allow_none=True)
    window = ma.fields.Nested(Text, required=True)
    exclusions = ma.fields.Dict(ma.fields.String(), ma.fields.Nested(Text), required=True)
    reasons = ma.fields.Dict(ma.fields.String(), ma.fields.Nested(Text), required=True)
    findings = ma.fields.Dict(ma.fields.String(), ma.fields.Nested(Text), required=True)
    polarity = ma.fields.Integer(required=True, validate=ma.validate.OneOf((1, -1, 0)))
    coverage_unit = ma.fields.String(required=True)
    parameters = ma.fields.List(ma.fields.Nested(Parameter), required=True)
    clause = ma.fields.String(required=True)
    source = ma.fields.String(required=True)


class Metrics(ma.Schema):
    """Every metric there is."""

    metrics = ma.fields.List(ma.fields.Nested(Metric), required=True)


class Scope(ma.Schema):
    """The part of the city a figure is about; ``id`` is null for the programme."""

    kind = ma.fields.String(required=True)
    id = ma.fields.String(required=True, allow_none=True)


class Window(ma.Schema):
    """Civil days of Asia/Shanghai, half-open."""

    from_ = ma.fields.Date(required=True, data_key="from", attribute="start")
    to = ma.fields.Date(required=True, attribute="end")


class Value(ma.Schema):
    """Integers, and what follows from them: exact, and for a rate in percent with two decimals, half up."""

    numerator = ma.fields.Integer(required=True)
    denominator = ma.fields.Integer(required=True, allow_none=True)
    value = ma.fields.Raw(
        required=True,
        allow_none=True,
        metadata={
            "oneOf": [{"type": "string"}, {"type": "integer"}, {"type": "null"}],
            "description": "Of a rate the exact ratio, not reduced: 57/60. Of a count the integer.",
        },
    )
    percent = ma.fields.String(required=True, allow_none=True)


class Coverage(ma.Schema):
    """Units unaffected by an approved outage, of all; in the metric's own unit."""

    unit = ma.fields.String(required=True)
    unaffected = ma.fields.Integer(required=True)
    all = ma.fields.Integer(required=True)


class AsOf(ma.Schema):
    """Facts known before a day (null: all there are) and the registry after a change."""

    known_before = ma.fields.Date(required=True, allow_none=True)
    registry_sequence = ma.fields.Integer(required=True)


class Figure(Value):
    """A figure in full. Its own integers are the conservative ones; ``status`` is null where it has a value."""

    metric = ma.fields.String(required=True)
    version = ma.fields.Integer(required=True)
    name = ma.fields.Nested(Text, required=True)
    scope = ma.fields.Nested(Scope, required=True)
    window = ma.fields.Nested(Window, required=True)
    status = ma.fields.String(required=True, allow_none=True, validate=ma.validate.OneOf(STATUSES))
    conservative = ma.fields.Nested(Value, required=True)
    observed = ma.fields.Nested(Value, required=True)
    coverage = ma.fields.Nested(Coverage, required=True)
    removed = ma.fields.Dict(ma.fields.String(), ma.fields.Integer(), required=True)
    apart = ma.fields.Dict(ma.fields.String(), ma.fields.Integer(), required=True)
    findings = ma.fields.Dict(ma.fields.String(), ma.fields.Integer(), required=True)
    parameters = ma.fields.List(ma.fields.Nested(Parameter), required=True)
    input_hash = ma.fields.String(required=True)
    as_of = ma.fields.Nested(AsOf, required=True)


class RecordKey(ma.Schema):
    """With vendor, device and kind, the identity of a record."""

    ts = ma.fields.Integer(required=True)
    seq = ma.fields.Integer(required=True)


class Row(ma.Schema):
    """One unit behind a figure, and why it counts or does not; null where the metric does not speak of a field."""

    why = ma.fields.String(required=True, metadata={"description": "A key of the metric's reasons or exclusions"})
    slot = ma.fields.String(required=True, allow_none=True)
    installation = ma.fields.String(required=True, allow_none=True)
    site = ma.fields.String(required=True, allow_none=True)
    vendor = ma.fields.String(required=True, allow_none=True)
    device = ma.fields.String(required=True, allow_none=True)
    binding = ma.fields.String(required=True, allow_none=True)
    heard_on = ma.fields.Date(
        required=True, allow_none=True, metadata={"description": "First day heard since the binding"}
    )
    starts_at = ma.fields.String(required=True, allow_none=True, metadata={"format": "date-time"})
    length_s = ma.fields.Integer(required=True, allow_none=True)
    overlong_s = ma.fields.Integer(required=True, allow_none=True)
    headcount = ma.fields.Integer(required=True, allow_none=True)
    place = ma.fields.Integer(
        required=True, allow_none=True, metadata={"description": "Which of the session's uses: 1 to headcount"}
    )
    records = ma.fields.List(ma.fields.Nested(RecordKey), required=True, allow_none=True)


class Rows(ma.Schema):
    """The rows of one part of a figure: exactly as many as the figure says."""

    metric = ma.fields.String(required=True)
    version = ma.fields.Integer(required=True)
    part = ma.fields.String(required=True, validate=ma.validate.OneOf(PARTS))
    count = ma.fields.Integer(required=True)
    input_hash = ma.fields.String(required=True)
    rows = ma.fields.List(ma.fields.Nested(Row), required=True)
