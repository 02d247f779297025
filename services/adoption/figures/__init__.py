"""Figures from facts and the registry; pure, exact, the same integers whatever the order in which data came.

Read in this order: city (the registry, indexed), outages (what could not be observed), scopes, known (what is asked of
the facts), counted. Homes: activation (H4); stretches, states, faulty, online (H6); dwelling_days, active (H7, H7a);
selected (H1). VR: calendars, merging, reach, judging, device_days, opening, uses (V2); intervals, utilisation (V5).
Then input_hash, figure, and arrivals (the late list).
"""
