"""Adoption: facts folded from events, and figures computed from facts and the registry.

Read in this order: worker, fold, decode, facts, strips, adapters/sqlite_facts (events to facts);
app, api, answer, measure, definitions, figures (facts to figures).
"""
