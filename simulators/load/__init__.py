"""A load generator: as many messages as asked for, by formula, for little CPU of its own.

Read in this order: ``sequence`` (what is said: record k follows from k), ``wire`` (MQTT 5 as bytes), ``feed`` (one
account: a window of messages, each kept until its receipt), ``running`` (all feeds in one loop, and the totals).
"""
