"""The registry's HTTP API: parse with a schema, call, dump with a schema.

Read in this order: bodies, guarding, purposes, answering; collections (what most entities have), states, amendments,
histories, layouts, feeds, keys, people, tokens, changes, accesses, documents, audit, imports, districts, pages.
"""
