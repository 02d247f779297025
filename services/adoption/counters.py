"""Every counter of adoption, with its meaning."""

from prometheus_client import Counter, Gauge, Histogram

EVENTS = Counter("adoption_events_total", "Usage events folded into facts; a redelivered event counts again")
BODIES = Counter("adoption_bodies_total", "RabbitMQ messages folded and acknowledged")
SET_ASIDE = Counter(
    "adoption_set_aside_total", "Pieces of messages that are no event of ours; a redelivered one counts again"
)
UNAVAILABLE = Counter("adoption_unavailable_total", "Times a dependency was found away, by part", ["part"])
FOLD_SECONDS = Histogram("adoption_fold_seconds", "Seconds from taking a batch to having acknowledged it")
REFOLDED = Counter("adoption_refolded_total", "Device-days whose strips were made anew from the journal")
REFOLD_SECONDS = Histogram("adoption_refold_seconds", "Seconds to refold all that waited")
REFOLDS_WAITING = Gauge("adoption_refolds_waiting", "Device-days that wait to be made anew from the journal")
SCANS = Counter("adoption_scans_total", "Days scanned for conflicts across messages")
CONFLICTS = Counter("adoption_conflicts_total", "Identities found with several contents that no scan had found before")
REGISTRY_SEQUENCE = Gauge("adoption_registry_sequence", "Last change of the registry taken over")
FIGURES = Counter(
    "adoption_figures_total", "Figures computed, by metric and status (OK where it has a value)", ["metric", "status"]
)
FIGURE_SECONDS = Histogram("adoption_figure_seconds", "Seconds to compute one figure, its rows included", ["metric"])
