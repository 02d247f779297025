"""Figures from facts and the registry; pure, exact, the same integers whatever the order in which data came.

Read in this order: city (the registry, indexed), outages (what could not be observed), scopes, known (what is asked of
the facts), counted. Homes: activation (H4); stretches, states, faulty, online (H6); dwelling_days,
judged_days, active (H7, H7a); months, monthly (H8, H8a), category_use (H11); stickiness (H9), retention (H10),
household (H5); automation (H12); observable, idle_slots (H13); selected (H1). VR: calendars, merging, reach,
judging, begun, device_days, opening, uses (V2); open_days, session_rate (V3), session_length (V4); intervals,
in_use, utilisation (V5), out_of_hours (V6); available (V7), available_days (V7a); completion (V9); idle_devices
(V10). Beside the registry's own numbers: venue_coverage (V1); visits, reconciliation (V8, V11).
Then input_hash, figure, and arrivals (the late list).
"""
