"""Who and what takes part: organisations, pilots, venues, devices, feeds, keys, people, and the log of every change.

Read in this order: collection, entities, entities_evidence, entities_people (the collections, declared), lifecycles,
schemas, schemas_evidence, schemas_amendment, schemas_people (fields, calendars: the rules within a row), registering,
rules (placements: the rules between rows), amending (tenancies, outages, settling), proposing, moving (pilots, parts),
history, importing (spreadsheets), refusal, scope, store, chain; granting, keys, people, passwords, signing_in, tokens,
attempts; feed_accounts; adapters; api; settings, app, bootstrap, rotate, verify, lifecycles_told.
"""
