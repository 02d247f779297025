"""Who and what takes part: organisations, pilots, venues, devices, feeds, keys, and the log of every change.

Read in this order: entities (the collections, declared), schemas (fields, calendars: the rules within a row),
registering and amending (placements: the rules between rows), refusal, scope, store, chain; keys, tokens, attempts;
feed_accounts; adapters; api; settings, app, bootstrap, verify.
"""
