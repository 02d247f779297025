"""The tables of adoption's facts; their form is final.

``known`` and ``until`` are civil days: a row is part of the state as known on D where ``known <= D < until``. Folding
writes rows whose ``until`` is open (9999-12-31) and only ever widens them; what takes something back later (a void, the
loser of a conflict, a mend) closes them and writes others from that day on, hence ``until`` in every key. Of several
contents under one identity all are kept and the greatest ``content_sha256`` counts, so that order does not matter
and the state as known before the second one came stays answerable.

``refold`` names the device-days whose strips are made from the journal: ``marked`` counts up with whatever may change
them, ``done`` is what the last refold had seen (if that is less, they are ``waiting``), and while ``held`` folding
leaves their strips alone. ``arrival`` says of which days facts were received on which; ``scanned`` is how many of its
``batches`` the last scan had seen.
"""

SCHEMA = """
CREATE TABLE IF NOT EXISTS device (
  id INTEGER PRIMARY KEY, vendor TEXT NOT NULL, device TEXT NOT NULL, UNIQUE (vendor, device)
) STRICT;
CREATE TABLE IF NOT EXISTS strip (
  device INTEGER NOT NULL REFERENCES device, day INTEGER NOT NULL, known INTEGER NOT NULL, until INTEGER NOT NULL,
  seen BLOB NOT NULL, local BLOB NOT NULL, smart BLOB NOT NULL, automated BLOB NOT NULL, ack BLOB NOT NULL,
  PRIMARY KEY (device, day, known, until)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS session (
  device INTEGER NOT NULL REFERENCES device, ts INTEGER NOT NULL, seq INTEGER NOT NULL, content_sha256 BLOB NOT NULL,
  until INTEGER NOT NULL, known INTEGER NOT NULL,
  site TEXT NOT NULL, duration_s INTEGER NOT NULL, content TEXT, headcount INTEGER, completed INTEGER,
  PRIMARY KEY (device, ts, seq, content_sha256, until)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS fault (
  device INTEGER NOT NULL REFERENCES device, ts INTEGER NOT NULL, seq INTEGER NOT NULL, content_sha256 BLOB NOT NULL,
  until INTEGER NOT NULL, known INTEGER NOT NULL,
  site TEXT NOT NULL, code TEXT NOT NULL, active INTEGER NOT NULL,
  PRIMARY KEY (device, ts, seq, content_sha256, until)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS void (
  device INTEGER NOT NULL REFERENCES device, ts INTEGER NOT NULL, seq INTEGER NOT NULL, content_sha256 BLOB NOT NULL,
  until INTEGER NOT NULL, known INTEGER NOT NULL,
  site TEXT NOT NULL, of_kind TEXT NOT NULL, of_ts INTEGER NOT NULL, of_seq INTEGER NOT NULL,
  PRIMARY KEY (device, ts, seq, content_sha256, until)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS void_of ON void (device, of_kind, of_ts, of_seq);
CREATE TABLE IF NOT EXISTS set_aside (
  routing_key TEXT NOT NULL, sha256 BLOB NOT NULL, reason TEXT NOT NULL, detail TEXT NOT NULL, content BLOB NOT NULL,
  PRIMARY KEY (routing_key, sha256)
) STRICT;
CREATE TABLE IF NOT EXISTS refold (
  device INTEGER NOT NULL REFERENCES device, day INTEGER NOT NULL,
  marked INTEGER NOT NULL, done INTEGER NOT NULL, held INTEGER NOT NULL,
  PRIMARY KEY (device, day)
) STRICT, WITHOUT ROWID;
CREATE VIEW IF NOT EXISTS waiting AS SELECT device, day, marked FROM refold WHERE marked > done;
CREATE INDEX IF NOT EXISTS refold_waiting ON refold (day, device) WHERE marked > done;
CREATE INDEX IF NOT EXISTS refold_held ON refold (device, day) WHERE held = 1;
CREATE TABLE IF NOT EXISTS conflict (
  vendor TEXT NOT NULL, device TEXT NOT NULL, kind TEXT NOT NULL, ts INTEGER NOT NULL, seq INTEGER NOT NULL,
  contents INTEGER NOT NULL, PRIMARY KEY (vendor, device, kind, ts, seq)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS arrival (
  day INTEGER NOT NULL, received_on INTEGER NOT NULL, batches INTEGER NOT NULL, scanned INTEGER NOT NULL,
  PRIMARY KEY (day, received_on)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS watermark (
  worker TEXT PRIMARY KEY, received_before_ms INTEGER NOT NULL, batch INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS outage (
  worker TEXT NOT NULL, from_ms INTEGER NOT NULL, to_ms INTEGER NOT NULL, PRIMARY KEY (worker, from_ms)
) STRICT;
CREATE TABLE IF NOT EXISTS ledger (
  worker TEXT NOT NULL, vendor TEXT NOT NULL, day INTEGER NOT NULL, revision INTEGER NOT NULL, counts TEXT NOT NULL,
  PRIMARY KEY (worker, vendor, day)
) STRICT;
CREATE TABLE IF NOT EXISTS folded (one INTEGER PRIMARY KEY CHECK (one = 1), at_ms INTEGER NOT NULL) STRICT;
"""
