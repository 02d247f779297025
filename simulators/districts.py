"""The eleven units that are responsible under clauses 11 and 12, by the slugs the registry lists."""

DISTRICTS = (
    "luohu",
    "futian",
    "nanshan",
    "baoan",
    "longgang",
    "yantian",
    "longhua",
    "pingshan",
    "guangming",
    "dapeng",
    "shenshan",
)
