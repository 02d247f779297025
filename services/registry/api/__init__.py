"""The registry's HTTP API: parse with a schema, call, dump with a schema.

Read in this order: bodies, guarding, purposes, answering; collections (ten of the eleven entities), feeds, keys,
changes, accesses, districts, pages.
"""
