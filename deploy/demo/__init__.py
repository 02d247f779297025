"""`make demo`: a small city, registered, played through MQTT and reported, with every integer checked.

Read in this order: __main__ (the walk), api, registering, observing, checking, balancing,
expecting, reading, disturbances, document, cells, report, page, pictures, charts.
"""
