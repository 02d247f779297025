"""One module a word of ``python -m simulators``: ``add`` describes its options, ``run`` does it."""
