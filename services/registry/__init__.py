"""Who and what takes part: organisations, pilots, venues, devices, feeds, keys, and the log of every change.

Read in this order: collection, entities, entities_evidence (the collections, declared), schemas, schemas_evidence
(fields, calendars: the rules within a row), registering, rules (placements: the rules between rows), amending
(tenancies, outages), deciding, importing (spreadsheets), refusal, scope, accesses, store, chain, heads; keys, tokens,
attempts; feed_accounts, broker_state; adapters; api; settings, app, bootstrap, verify, write_back, compare_broker.
"""
