"""Figures from facts and the registry; pure, exact, the same integers whatever the order in which data came.

Read in this order: city (the registry, indexed), scopes, calendars, known (what is asked of the facts),
merging and reach (raw sessions to sessions), counted, activation (H4), uses (V2), input_hash, figure.
"""
