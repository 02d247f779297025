"""Who and what takes part: organisations, pilots, venues, devices, feeds, keys, and the log of every change.

Read in this order: collection, entities, entities_evidence, entities_city, entities_devices, entities_imports (the
collections, declared), schemas, schemas_evidence, schemas_city, schemas_devices, schemas_imports (fields, calendars:
the rules within a row), registering, rules, rules_city (placements, devices, swaps, maintenance: the rules between
rows), amending (tenancies, outages, designs; settling), lifecycles, moving (pilots, parts, replacing), proposing,
fitting, importing (spreadsheets), refusal, scope, store, chain, history; keys, tokens, attempts; feed_accounts;
adapters; api; settings, app, bootstrap, verify.
"""
