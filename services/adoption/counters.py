"""Every counter of adoption, with its meaning."""

from prometheus_client import Counter, Gauge, Histogram

EVENTS = Counter("adoption_events_total", "Usage events folded into facts; a redelivered event counts again")
BODIES = Counter("adoption_bodies_total", "RabbitMQ messages folded and acknowledged")
SET_ASIDE = Counter(
    "adoption_set_aside_total", "Pieces of messages that are no event of ours; a redelivered one counts again"
)
UNAVAILABLE = Counter("adoption_unavailable_total", "Times a dependency was found away, by part", ["part"])
FOLD_SECONDS = Histogram("adoption_fold_seconds", "Seconds from taking a batch to having acknowledged it")
REGISTRY_SEQUENCE = Gauge("adoption_registry_sequence", "Last change of the registry taken over")
FIGURES = Counter(
    "adoption_figures_total", "Figures computed, by metric and status (OK where it has a value)", ["metric", "status"]
)
FIGURE_SECONDS = Histogram("adoption_figure_seconds", "Seconds to compute one figure, its rows included", ["metric"])
