"""The statements by which facts are read, as known before the day ``:before``."""

FIRST_HEARD = """
SELECT day FROM strip WHERE device = :device AND day >= :from_day AND day < :to_day
  AND known < :before AND until >= :before AND seen <> x'' ORDER BY day LIMIT 1
"""
SEEN = """
SELECT day - :from_day, seen FROM strip
WHERE device = :device AND day >= :from_day AND day < :to_day AND known < :before AND until >= :before
"""
MINUTES = """
SELECT seen, local, smart, automated, ack FROM strip
WHERE device = :device AND day = :day AND known < :before AND until >= :before
"""
USE_DAYS = """
SELECT day - :from_day, local <> x'', smart <> x'', ack <> x'' FROM strip
WHERE device = :device AND day >= :from_day AND day < :to_day AND known < :before AND until >= :before
  AND (local <> x'' OR smart <> x'' OR ack <> x'')
"""
USE_STRIPS = """
SELECT day - :from_day, local, smart, automated, ack FROM strip
WHERE device = :device AND day >= :from_day AND day < :to_day AND known < :before AND until >= :before
  AND (local <> x'' OR smart <> x'' OR automated <> x'' OR ack <> x'')
"""
# A row of the table ``t`` is withdrawn by a void that counts: of two contents of a void, the greater.
_VOIDED = """EXISTS (SELECT 1 FROM void v WHERE v.device = t.device AND v.of_kind = '{kind}' AND v.of_ts = t.ts
    AND v.of_seq = t.seq AND v.known < :before AND v.until >= :before
    AND NOT EXISTS (SELECT 1 FROM void w WHERE w.device = v.device AND w.ts = v.ts AND w.seq = v.seq
      AND w.content_sha256 > v.content_sha256 AND w.known < :before AND w.until >= :before))"""
# Beside max() the other columns are those of the row that has it (SQLite's documented rule for bare columns).
FAULTS = f"""
SELECT ts, seq, code, active, max(content_sha256) FROM fault t
WHERE device = :device AND ts < :before_ms AND known < :before AND until >= :before
  AND NOT {_VOIDED.format(kind="fault")}
GROUP BY ts, seq ORDER BY ts, seq
"""  # noqa: S608 – our own words
SESSIONS = f"""
SELECT ts, seq, duration_s, content, headcount, completed, site, max(content_sha256), {_VOIDED.format(kind="session")}
FROM session t
WHERE device = :device AND ts >= :from_ms AND ts < :to_ms AND known < :before AND until >= :before
GROUP BY ts, seq
"""  # noqa: S608 – our own words
# A loose scan: one step of the index for each device that ever had a session, not one for each session.
DEVICES_WITH_SESSIONS = """
WITH RECURSIVE owner (device) AS (
  SELECT min(device) FROM session
  UNION ALL SELECT (SELECT min(s.device) FROM session s WHERE s.device > owner.device) FROM owner
  WHERE owner.device IS NOT NULL
)
SELECT d.vendor, d.device FROM owner JOIN device d ON d.id = owner.device
WHERE EXISTS (SELECT 1 FROM session s WHERE s.device = d.id AND s.ts >= :from_ms AND s.ts < :to_ms
  AND s.known < :before AND s.until >= :before)
ORDER BY d.vendor, d.device
"""
OWN_OUTAGES = "SELECT from_ms, to_ms FROM outage ORDER BY from_ms, to_ms"
REFOLDING = "SELECT count(*) FROM waiting"
WATERMARKS = "SELECT worker, received_before_ms FROM watermark ORDER BY worker"
# A row became known, or was taken back; a session's day is that of its start in Asia/Shanghai. Of two contents of a
# void the one that comes second may also give back what the first withdrew.
_CHANGES = """
SELECT {day}, {edge} FROM {rows}
WHERE t.device = :device AND {where} AND {edge} > :after AND {edge} < :open AND {edge} < :before
"""
_VOIDS = "void t JOIN void w ON w.device = t.device AND w.ts = t.ts AND w.seq = t.seq"
CHANGES = " UNION ".join(
    _CHANGES.format(rows=rows, day=day, where=where, edge=edge)
    for rows, day, where, edges in (
        ("strip t", "t.day", "t.day >= :from_day AND t.day < :to_day", ("t.known", "t.until")),
        (
            "session t",
            "(t.ts + 28800000) / 86400000",
            "t.ts >= :from_ms AND t.ts < :to_ms",
            ("t.known", "t.until"),
        ),
        (
            _VOIDS,
            "(t.of_ts + 28800000) / 86400000",
            "t.of_kind = 'session' AND t.of_ts >= :from_ms AND t.of_ts < :to_ms",
            ("w.known", "w.until"),
        ),
    )
    for edge in edges
)
