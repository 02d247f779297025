"""Figures over HTTP: the full form of a metric over a scope and a window, and the rows behind it.

Example: ``{"metric": "H4", "version": 1, "numerator": 57, "denominator": 60, "value": "57/60", "percent": "95.00",
"status": null, …}``. A count has neither denominator nor percent, and its value is the integer itself. Integers are in
the metric's ``unit``; the rows behind a part carry an ``amount`` each, and these sum to the integer of that part.
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
    unit = ma.fields.String(required=True, metadata={"description": "What numerator and denominator count"})
    exclusions = ma.fields.Dict(ma.fields.String(), ma.fields.Nested(Text), required=True)
    reasons = ma.fields.Dict(ma.fields.String(), ma.fields.Nested(Text), required=True)
    apart = ma.fields.Dict(ma.fields.String(), ma.fields.Nested(Text), required=True)
    findings = ma.fields.Dict(ma.fields.String(), ma.fields.Nested(Text), required=True)
    notes = ma.fields.Dict(ma.fields.String(), ma.fields.Nested(Text), required=True)
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
    """Integers, and what follows from them: exact, and for a rate in percent with two decimals, half up; a quotient of
    unlike units, as sessions per day, has no percent."""

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
    """Facts as known on a civil day (null: all there are), and the registry as it was at ``at``, after a change.

    The registry's own as-of is a second axis and not there yet: a change in it shows also in what was known earlier.
    Outages carry no day of becoming known either. ``over`` is false while the civil day has not ended.
    """

    known_on = ma.fields.Date(required=True, allow_none=True)
    at = ma.fields.String(required=True, metadata={"format": "date-time", "description": "When it was asked"})
    registry_sequence = ma.fields.Integer(required=True)
    over = ma.fields.Boolean(required=True)
    note = ma.fields.Nested(Text, required=True, allow_none=True)


class Figure(Value):
    """A figure in full. Its own integers are the conservative ones; ``status`` is null where it has a value."""

    metric = ma.fields.String(required=True)
    version = ma.fields.Integer(required=True)
    name = ma.fields.Nested(Text, required=True)
    unit = ma.fields.String(required=True)
    scope = ma.fields.Nested(Scope, required=True)
    window = ma.fields.Nested(Window, required=True)
    status = ma.fields.String(required=True, allow_none=True, validate=ma.validate.OneOf(STATUSES))
    conservative = ma.fields.Nested(Value, required=True)
    observed = ma.fields.Nested(Value, required=True)
    coverage = ma.fields.Nested(Coverage, required=True)
    removed = ma.fields.Dict(ma.fields.String(), ma.fields.Integer(), required=True)
    apart = ma.fields.Dict(ma.fields.String(), ma.fields.Integer(), required=True)
    findings = ma.fields.Dict(ma.fields.String(), ma.fields.Integer(), required=True)
    note = ma.fields.Nested(
        Text, required=True, allow_none=True, metadata={"description": "What a reader must know of this figure"}
    )
    parameters = ma.fields.List(ma.fields.Nested(Parameter), required=True)
    input_hash = ma.fields.String(required=True)
    as_of = ma.fields.Nested(AsOf, required=True)


class RecordKey(ma.Schema):
    """With vendor, device and kind, the identity of a record."""

    ts = ma.fields.Integer(required=True)
    seq = ma.fields.Integer(required=True)


class Row(ma.Schema):
    """What stands behind a part of a figure, and why; null where the metric does not speak of a field."""

    why = ma.fields.String(required=True, metadata={"description": "A key of the metric's reasons or exclusions"})
    amount = ma.fields.Integer(
        required=True, metadata={"description": "How much of the part's integer it is, in the metric's unit"}
    )
    day = ma.fields.Date(required=True, allow_none=True)
    dwelling = ma.fields.String(required=True, allow_none=True)
    slot = ma.fields.String(required=True, allow_none=True)
    category = ma.fields.String(required=True, allow_none=True)
    tenancy = ma.fields.String(required=True, allow_none=True)
    installation = ma.fields.String(required=True, allow_none=True)
    site = ma.fields.String(required=True, allow_none=True)
    vendor = ma.fields.String(required=True, allow_none=True)
    device = ma.fields.String(required=True, allow_none=True)
    binding = ma.fields.String(required=True, allow_none=True)
    document = ma.fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "A selection document's id; a register's entry or a count of visits, with its source"},
    )
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
    """The rows of one part of a figure: ``count`` of them, whose amounts sum to ``total``, what the figure says.

    Where units are counted, as in H1, H4, H7 and V2, every amount is 1 and there are exactly ``total`` rows. Of
    ``removed`` the amounts are units, slot-days, device-days or dwelling-days, as the metric's exclusions say. Where a
    numerator is a difference (V11), amounts that point the other way are negative.
    """

    metric = ma.fields.String(required=True)
    version = ma.fields.Integer(required=True)
    part = ma.fields.String(required=True, validate=ma.validate.OneOf(PARTS))
    unit = ma.fields.String(required=True)
    count = ma.fields.Integer(required=True)
    total = ma.fields.Integer(required=True)
    input_hash = ma.fields.String(required=True)
    as_of = ma.fields.Nested(AsOf, required=True)
    rows = ma.fields.List(ma.fields.Nested(Row), required=True)
