"""A private stack under load, seen from outside: what ``make faults`` and ``make bench`` share.

Read in this order: town (what is registered), load (the simulator's process), draining (wait until all is where it
belongs), sent (what the simulator says it sent), stored (what the stores hold), comparing (the sets, and what differs).
"""
