"""The runtime of a process.

Read in this order: settings, logs, clock, sqlite, delivery, worker, health (any process);
catalogue, web, auth (an HTTP process); service_client (calls between our services);
registry_client, registry_copy (whoever follows the registry).
"""
