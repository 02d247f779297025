"""Every counter of the registry, with its meaning; ``GET /metrics`` shows them."""

from prometheus_client import Counter

CHANGES = Counter("pilotlight_registry_changes", "Changes committed to the log, by entity", ["entity"])
REFUSED = Counter("pilotlight_registry_refused", "Requests of which nothing was done, by problem type", ["reason"])
TOKENS = Counter("pilotlight_registry_tokens", "Requests for a token: issued, or the problem type", ["outcome"])
