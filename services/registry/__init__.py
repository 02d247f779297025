"""Who and what takes part: organisations, pilots, venues, devices, feeds, keys, people, and the log of every change.

Read in this order: collection, entities, entities_… (the collections, declared), edges, lifecycles, schemas, schemas_…
(fields, personal, calendars: within a row), registering, rules, rules_city (placements, devices, swaps, maintenance,
dating: between rows), amending (tenancies, outages, designs; settling), proposing, moving (pilots, parts, replacing),
fitting, history, importing (spreadsheets), documents (media, zips), auditing (audit_cases), drawing (sampling),
refusal, scope, stored, store, accesses, chain, heads; granting, keys, people, passwords, signing_in, tokens, attempts;
feed_accounts, broker_state; adapters; api; settings, app, and the commands: bootstrap, rotate, verify, check_documents,
write_back, compare_broker, lifecycles_told.
"""
