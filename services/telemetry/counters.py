"""Every counter of telemetry, with its meaning. Operations look at them; no figure is made of them.

The worker writes its own to ``DATA_DIR/counters.prom``, in Prometheus' text form; the HTTP process serves ``/metrics``.
"""

from prometheus_client import Counter, Gauge

MESSAGES = Counter("telemetry_messages_total", "Messages kept in the spool and then acknowledged")
RECORDS = Counter("telemetry_records_total", "Records of those messages, by what became of them", ["outcome"])
REPLAYED = Counter("telemetry_replayed_total", "Parked rows (records of one message and device) tried again")
PARKED_EXPIRED = Counter(
    "telemetry_parked_expired_total", "Parked rows let go of after 35 days, their records counted as expired"
)
PARKED_BYTES = Gauge("telemetry_parked_bytes", "Bytes parked in the spool, compressed", ["vendor"])
PARKING_NEARLY_FULL = Counter(
    "telemetry_parking_nearly_full_total", "ALARM: times a vendor's parking has passed 80 % of its quota", ["vendor"]
)
RECEIPTS = Counter("telemetry_receipts_total", "Receipts asked for: sent, or not for the topic named", ["sent"])
STALE_ACKNOWLEDGEMENTS = Counter(
    "telemetry_stale_acknowledgements_total", "Messages kept whose connection was gone by then: they come again"
)
CONNECTIONS = Counter("telemetry_connections_total", "Connections to Mosquitto; session: kept, or new", ["session"])
SESSIONS_LOST = Counter(
    "telemetry_sessions_lost_total", "ALARM: outages of ours: Mosquitto had lost our session and kept nothing meanwhile"
)
CALLBACK_FAILURES = Counter("telemetry_callback_failures_total", "ALARM: defects caught in a callback of paho's")
UNAVAILABLE = Counter("telemetry_unavailable_total", "Attempts that found a dependency away", ["part"])
OUTAGES = Counter("telemetry_outages_told_total", "Outages of feeds drafted at the registry, or their end told")
SEGMENTS = Counter("telemetry_segments_total", "Segments closed into the journal")
LEDGER_NEGATIVE = Counter(
    "telemetry_ledger_negative_total", "ALARM: InfluxDB holds more points than were received and accepted", ["vendor"]
)
INBOX_BYTES = Gauge("telemetry_inbox_bytes", "Bytes received from Mosquitto and not yet kept")
SPOOL_HEAD = Gauge("telemetry_spool_head", "The last batch kept")
SPOOL_LAG = Gauge("telemetry_spool_lag_batches", "Batches that a store has still to get", ["store"])
SPOOL_SPARE_BYTES = Gauge(
    "telemetry_spool_spare_bytes", "Free disk beyond what is kept free; ALARM when low, ingest pauses below 0"
)
