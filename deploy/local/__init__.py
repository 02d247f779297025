"""The local stack: the three servers and our processes as children of supervisord, on private loopback ports.

Read in this order: ports (which, and who holds one), folders, accounts (passwords and their hashes), programs (what
runs, with which settings), rendering (configuration files from templates/), supervisord (talking to it), health,
preparing (what a server needs once it runs), leftovers, stack (up and down), __main__ (the commands).
"""
