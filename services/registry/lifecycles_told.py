"""The lifecycles as the README tells them: ``python -m services.registry.lifecycles_told`` writes them into it."""

from collections.abc import Iterator
from pathlib import Path

from services.registry.lifecycles import LIFECYCLES, Lifecycle

README = Path(__file__).with_name("README.md")
BEGIN, END = "<!-- lifecycles -->\n", "<!-- /lifecycles -->\n"


def table() -> str:
    """Every edge of every lifecycle, as a Markdown table."""
    return "".join(f"{line}\n" for line in ("| of | from | to | by | |", "|---|---|---|---|---|", *_lines()))


def told(text: str) -> str:
    """A text with the table between its two marks."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return before + BEGIN + table() + END + after


def _lines() -> Iterator[str]:
    for lifecycle in LIFECYCLES.values():
        for edge in lifecycle.edges:
            asks = [word for word, asked in (("另一人", edge.other_person), ("理由", edge.needs_reason)) if asked]
            source, target = _named(lifecycle, edge.source), _named(lifecycle, edge.target)
            yield f"| {lifecycle.entity} | {source} | {target} | {' '.join(edge.roles)} | {'、'.join(asks)} |"


def _named(lifecycle: Lifecycle, state: str) -> str:
    return f"{state} {lifecycle.states[state]}"


if __name__ == "__main__":
    README.write_text(told(README.read_text(encoding="utf-8")), encoding="utf-8")
