"""`make faults`: one fault at a time under load, on real servers; afterwards every record is where it belongs, once.

Read in this order: schedule (what happens when, from a seed), breaking (how it is done), scenario (one of them, from
load to verdict), table, __main__.
"""
