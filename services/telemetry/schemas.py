"""What the HTTP API is asked and answers."""

from typing import Any

import marshmallow as ma

from shared.contracts.telemetry import DEVICE_PATTERN, SLUG_PATTERN

MAX_DAYS = 400
MAX_DEVICES = 500
_SLUG = ma.validate.Regexp(SLUG_PATTERN, error="rule.slug")
_DEVICE = ma.validate.Regexp(DEVICE_PATTERN, error="rule.device")


class LedgerQuery(ma.Schema):
    """A half-open window of civil days, and a vendor."""

    from_ = ma.fields.Date(required=True, data_key="from", metadata={"description": "First civil day, Asia/Shanghai"})
    to = ma.fields.Date(required=True, metadata={"description": "Civil day after the last one"})
    vendor = ma.fields.String(load_default=None, metadata={"description": "Only this vendor"})

    @ma.validates_schema
    def is_a_window(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse an empty window, and one too long to answer."""
        if data["from_"] >= data["to"]:
            raise ma.ValidationError("Must be later than from.", "to")
        if (data["to"] - data["from_"]).days > MAX_DAYS:
            raise ma.ValidationError("At most 400 days.", "to")


class LedgerRow(ma.Schema):
    """One vendor's records of one civil day of ``ts``."""

    vendor = ma.fields.String(metadata={"description": "Empty where a topic named none"})
    day = ma.fields.Date()
    received = ma.fields.Integer(metadata={"description": "Records; a message that failed as a whole counts as one"})
    stored = ma.fields.Integer(metadata={"description": "Distinct points, counted in InfluxDB"})
    set_aside = ma.fields.Dict(
        ma.fields.String(),
        ma.fields.Integer(),
        metadata={"description": "By reason, the parked and the expired among them"},
    )
    not_accepted = ma.fields.Dict(
        ma.fields.String(),
        ma.fields.Integer(),
        metadata={"description": "By reason: not kept, and the receipt said so; they may have been sent again"},
    )
    waiting = ma.fields.Integer(metadata={"description": "Accepted, and not yet sent to InfluxDB"})
    repeated = ma.fields.Integer(
        allow_none=True, metadata={"description": "The rest: sent more than once; null while the row is not settled"}
    )
    missing = ma.fields.Integer(
        metadata={"description": "Numbers that gaps in seq lack, by the day of the next record"}
    )
    dropped = ma.fields.Dict(
        ma.fields.String(),
        ma.fields.Integer(),
        metadata={"description": "Kept nowhere, by reason: their dwelling refused"},
    )


class ReceivedQuery(ma.Schema):
    """Which device."""

    vendor = ma.fields.String(required=True)
    device = ma.fields.String(required=True)


class Boot(ma.Schema):
    """The numbers of one life of a device."""

    boot = ma.fields.Integer()
    intervals = ma.fields.List(
        ma.fields.List(ma.fields.Integer()), metadata={"description": "First and last seq of each, both included"}
    )
    missing = ma.fields.Integer(metadata={"description": "Numbers in the gaps between them"})


class Received(ma.Schema):
    """Which seq of a device are durable."""

    vendor = ma.fields.String()
    device = ma.fields.String()
    boots = ma.fields.List(ma.fields.Nested(Boot))


class Ledger(ma.Schema):
    """received = stored + set aside + dropped + not accepted + waiting + repeated."""

    settled = ma.fields.Boolean(metadata={"description": "Whether every store had all that was kept"})
    rows = ma.fields.List(ma.fields.Nested(LedgerRow))


class PageQuery(ma.Schema):
    """Which rows: of a vendor, after an id."""

    vendor = ma.fields.String(load_default=None, metadata={"description": "Only this vendor"})
    after = ma.fields.String(load_default="", metadata={"description": "The ``next`` of the page before"})
    limit = ma.fields.Integer(load_default=100, validate=ma.validate.Range(1, 1000))


class RejectedRecord(ma.Schema):
    """A record, or a message as a whole, that only its vendor can mend."""

    id = ma.fields.String()
    vendor = ma.fields.String()
    feed = ma.fields.String()
    topic = ma.fields.String()
    received_at = ma.fields.String()
    index = ma.fields.Integer(allow_none=True, metadata={"description": "Its place in the message; null: all of it"})
    reason = ma.fields.String()
    field = ma.fields.String(allow_none=True)
    size = ma.fields.Integer(metadata={"description": "Bytes as received"})
    raw = ma.fields.String(allow_none=True, metadata={"description": "Its bytes, at most 64 KiB, where they are UTF-8"})
    raw_b64 = ma.fields.String(allow_none=True, metadata={"description": "Its bytes where they are not UTF-8"})


class RejectedPage(ma.Schema):
    """A page of rejected records."""

    rows = ma.fields.List(ma.fields.Nested(RejectedRecord))
    next = ma.fields.String(allow_none=True)


class ParkedRecords(ma.Schema):
    """Records of one message and device that wait for the registry."""

    id = ma.fields.String()
    vendor = ma.fields.String()
    feed = ma.fields.String()
    site = ma.fields.String()
    device = ma.fields.String()
    topic = ma.fields.String()
    received_at = ma.fields.String()
    reason = ma.fields.String()
    records = ma.fields.Integer()


class ParkedPage(ma.Schema):
    """A page of parked records."""

    rows = ma.fields.List(ma.fields.Nested(ParkedRecords))
    next = ma.fields.String(allow_none=True)


class JournalQuery(ma.Schema):
    """A civil day, and which records of it."""

    day = ma.fields.Date(required=True, metadata={"description": "Civil day of ts, Asia/Shanghai"})
    site = ma.fields.String(load_default=None, validate=_SLUG, metadata={"description": "Only this site"})
    vendor = ma.fields.String(load_default=None, validate=_SLUG, metadata={"description": "Only this vendor"})
    device = ma.fields.List(
        ma.fields.String(validate=_DEVICE),
        load_default=(),
        validate=ma.validate.Length(max=MAX_DEVICES, error="At most 500 devices."),
        metadata={"description": "Only these devices of the vendor; may be repeated"},
    )

    @ma.validates_schema
    def devices_have_a_vendor(self, data: dict[str, Any], **_: Any) -> None:
        """A device's name says nothing without its vendor's."""
        if data.get("device") and data["vendor"] is None:
            raise ma.ValidationError("A device needs its vendor.", "vendor")


class JournalLine(ma.Schema):
    """A line of the journal's answer; the first one tells ``head``, the last one ``end`` and ``erased``."""

    worker = ma.fields.String()
    n = ma.fields.Integer(metadata={"description": "Batch of the worker"})
    index = ma.fields.Integer(metadata={"description": "Message in the batch"})
    position = ma.fields.Integer(metadata={"description": "Record in the message"})
    vendor = ma.fields.String()
    feed = ma.fields.String()
    site = ma.fields.String()
    device = ma.fields.String()
    received_ms = ma.fields.Integer(metadata={"description": "First receipt, epoch milliseconds"})
    record = ma.fields.Dict(metadata={"description": "The record, as the telemetry contract says"})


class Watermark(ma.Schema):
    """Everything received before this moment is in InfluxDB and was published."""

    received_before = ma.fields.String()
    batch = ma.fields.Integer(metadata={"description": "The last batch of the spool that this speaks of"})


class WorkerStatus(ma.Schema):
    """How far one worker's stores have got, in batches, at its last copy."""

    worker = ma.fields.String()
    head = ma.fields.Integer(metadata={"description": "The last batch kept"})
    cursors = ma.fields.Dict(ma.fields.String(), ma.fields.Integer())
    lag = ma.fields.Dict(ma.fields.String(), ma.fields.Integer(), metadata={"description": "Batches still to send"})
    at = ma.fields.String()
    segment = ma.fields.Integer(metadata={"description": "The journal's last segment"})
    segment_sha256 = ma.fields.String(metadata={"description": "The head of its chain"})
    trial = ma.fields.Boolean(metadata={"description": "Whether a file moves its clock of receipt: a trial, 演练"})
    watermark = ma.fields.Nested(Watermark, allow_none=True, metadata={"description": "Null before the first"})


class Status(ma.Schema):
    """Every worker."""

    workers = ma.fields.List(ma.fields.Nested(WorkerStatus))
