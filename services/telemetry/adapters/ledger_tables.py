"""The tables of telemetry's own database. Every row of a worker can be written again from its spool."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Date,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
)
from sqlalchemy.schema import CreateIndex, CreateTable

metadata = MetaData()

worker = Table(
    "worker",
    metadata,
    Column("worker", String, primary_key=True),
    Column("head", BigInteger, nullable=False),
    Column("influxdb", BigInteger, nullable=False),
    Column("rabbitmq", BigInteger, nullable=False),
    Column("database", BigInteger, nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("beat", BigInteger, nullable=False),  # grows with every copy
    Column("at_ms", BigInteger, nullable=False),
    Column("segment", BigInteger, nullable=False),
    Column("segment_sha256", String, nullable=False),
)

worker_time = Table(
    "worker_time",
    metadata,
    Column("worker", String, primary_key=True),
    Column("trial", Boolean, nullable=False),
    Column("received_before_ms", BigInteger),  # the watermark last told, none before the first
    Column("batch", BigInteger),
)

counted = Table(
    "counted",
    metadata,
    Column("worker", String, primary_key=True),
    Column("vendor", String, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("what", String, primary_key=True),
    Column("count", BigInteger, nullable=False),
)

rejected = Table(
    "rejected",
    metadata,
    Column("worker", String, primary_key=True),
    Column("n", BigInteger, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("vendor", String, nullable=False),
    Column("feed", String, nullable=False),
    Column("day", Date, nullable=False),  # of receipt
    Column("topic", String, nullable=False),
    Column("received_ms", BigInteger, nullable=False),
    Column("record_index", Integer),
    Column("reason", String, nullable=False),
    Column("field", String),
    Column("size", Integer, nullable=False),
    Column("raw", LargeBinary, nullable=False),
    Index("rejected_vendor_day", "vendor", "day"),
)

parked = Table(
    "parked",
    metadata,
    Column("worker", String, primary_key=True),
    Column("id", BigInteger, primary_key=True),
    Column("vendor", String, nullable=False),
    Column("feed", String, nullable=False),
    Column("site", String, nullable=False),
    Column("device", String, nullable=False),
    Column("topic", String, nullable=False),
    Column("received_ms", BigInteger, nullable=False),
    Column("reason", String, nullable=False),
    Column("records", Integer, nullable=False),
    Index("parked_vendor", "vendor"),
)


# Of all workers together: a device's numbers may come through several.
seq_interval = Table(
    "seq_interval",
    metadata,
    Column("vendor", String, primary_key=True),
    Column("device", String, primary_key=True),
    Column("boot", BigInteger, primary_key=True),
    Column("first", BigInteger, primary_key=True),
    Column("last", BigInteger, nullable=False),
    Column("first_ts", BigInteger, nullable=False),
)

seq_missing = Table(
    "seq_missing",
    metadata,
    Column("vendor", String, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("count", BigInteger, nullable=False),
)


def create(connection: Connection) -> None:
    """Make the tables that are not there; two processes may do so at once."""
    for table in metadata.sorted_tables:
        connection.execute(CreateTable(table, if_not_exists=True))
        for index in table.indexes:
            connection.execute(CreateIndex(index, if_not_exists=True))
