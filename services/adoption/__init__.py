"""Adoption: facts folded from events, and figures computed from facts and the registry.

Read in this order: worker, fold, decode, facts, strips, adapters/sqlite_facts (events to facts);
canonical, receipts, refolding, scanning (what takes bits away); __main__, rebuilding, pictures, awaiting, reconciling
(commands);
app, api, answer, measure, definitions, figures (facts to figures).
"""
