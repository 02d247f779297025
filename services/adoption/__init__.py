"""Adoption: facts folded from events, and the figures computed from them.

Read in this order: worker, fold, decode, facts, strips, adapters/sqlite_facts (events to facts);
app, api, definitions, figures (facts to figures).
"""
