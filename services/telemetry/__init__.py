"""The path of one message: MQTT → decode → device → spool → ack, and from the spool to the stores and the journal.

Read in this order: ingest (the whole walk, in one page), model, decode (with parsing and directory), outgoing,
counting, keeping; replaying (what was parked); consent, heartbeats, drafting, listening (who could not be heard);
draining (with bodies), watermark, announcing; journal, closing, recalling; outlets, worker, app.
"""
