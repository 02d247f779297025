"""Who and what takes part: organisations, pilots, venues, devices, feeds, keys, people, and the log of every change.

Read in this order: collection, entities, entities_evidence, entities_city, entities_devices, entities_people (the
collections, declared), lifecycles, schemas, schemas_evidence, schemas_city, schemas_devices, schemas_amendment,
schemas_people (fields, calendars: the rules within a row), registering, rules, rules_city (placements, devices, swaps,
maintenance: between rows), amending (tenancies, outages, designs; settling), proposing, moving (pilots, parts,
replacing), fitting, history, importing (spreadsheets), refusal, scope, store, chain; granting, keys, people, passwords,
signing_in, tokens, attempts; feed_accounts; adapters; api; settings, app, bootstrap, rotate, verify, lifecycles_told.
"""
