"""Who and what takes part: organisations, pilots, venues, devices, feeds, keys, and the log of every change.

Read in this order: collection, entities, entities_evidence, entities_imports (the collections, declared), schemas,
schemas_evidence, schemas_imports (fields, calendars: the rules within a row), registering, rules (placements: the rules
between rows), amending (tenancies, outages), deciding, importing (spreadsheets), refusal, scope, store, chain; keys,
tokens, attempts; feed_accounts; adapters; api; settings, app, bootstrap, verify.
"""
