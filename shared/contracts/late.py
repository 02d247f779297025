"""The late list over HTTP: what of a window became known after its cut-off, and its effect on every metric."""

import marshmallow as ma

from shared.contracts.figures import STATUSES, AsOf, Scope, Text, Value, Window


class Change(ma.Schema):
    """How many came, and how many were withdrawn (by a void, the loser of a conflict, a mend)."""

    added = ma.fields.Integer(required=True)
    withdrawn = ma.fields.Integer(required=True)


class Arrival(ma.Schema):
    """What became known of a device-day on a civil day: minutes of each strip, and sessions that start on that day."""

    vendor = ma.fields.String(required=True)
    device = ma.fields.String(required=True)
    day = ma.fields.Date(required=True)
    known = ma.fields.Date(required=True)
    seen = ma.fields.Nested(Change, required=True)
    local = ma.fields.Nested(Change, required=True)
    smart = ma.fields.Nested(Change, required=True)
    automated = ma.fields.Nested(Change, required=True)
    ack = ma.fields.Nested(Change, required=True)
    sessions = ma.fields.Nested(Change, required=True)


class State(Value):
    """A figure's integers, conservative, and its status."""

    status = ma.fields.String(required=True, allow_none=True, validate=ma.validate.OneOf(STATUSES))


class Effect(ma.Schema):
    """A metric of the scope, as known on the day the list begins after, and now."""

    metric = ma.fields.String(required=True)
    version = ma.fields.Integer(required=True)
    name = ma.fields.Nested(Text, required=True)
    unit = ma.fields.String(required=True)
    since = ma.fields.Nested(State, required=True)
    now = ma.fields.Nested(State, required=True)


class Late(ma.Schema):
    """Device-days of the window with what became known of them after ``since``; what says nothing new is not listed.

    A cumulative metric (H4) may change by days before the window, which have no rows here.
    """

    scope = ma.fields.Nested(Scope, required=True)
    window = ma.fields.Nested(Window, required=True)
    since = ma.fields.Nested(AsOf, required=True)
    now = ma.fields.Nested(AsOf, required=True)
    count = ma.fields.Integer(required=True)
    rows = ma.fields.List(ma.fields.Nested(Arrival), required=True)
    effects = ma.fields.List(ma.fields.Nested(Effect), required=True)
