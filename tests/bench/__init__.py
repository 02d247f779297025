"""`make bench`: the numbers of ARCHITECTURE section 11, measured on a private stack of real servers and processes.

Read in this order: measures (a number beside the one to reach), machine (what it ran on, and a yardstick), ingesting,
outage, folding, figures with its rows (one part each), profiling with timed_worker (where the worker's time goes),
__main__.
"""
