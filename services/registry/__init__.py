"""Who and what takes part: organisations, pilots, venues, devices, feeds, keys, and the log of every change.

Read in this order: collection, entities, entities_evidence, entities_audit (the collections, declared), schemas,
schemas_evidence, schemas_audit (fields, calendars: the rules within a row), registering, rules (placements: the rules
between rows), amending (tenancies, outages), deciding, importing (spreadsheets), documents (media), auditing
(audit_cases), drawing (sampling), refusal, scope, store, chain; keys, tokens, attempts; feed_accounts; adapters; api;
settings, app, bootstrap, verify, check_documents.
"""
