"""What `make faults` prints. Pure."""

from collections.abc import Iterator, Sequence

from tests.faults.scenario import Verdict

HEADINGS = ("scenario", "form", "records", "messages", "missing", "double", "again", "repeated", "seconds", "faults")
_WIDTHS = (20, 6, 8, 8, 7, 6, 6, 8, 7, 0)


def lines(verdicts: Sequence[Verdict]) -> Iterator[str]:
    """A table of all, then what was wrong.

    ``again``: messages that feeds sent again; ``repeated``: records that came more than once, by the ledger.
    """
    yield _row(HEADINGS)
    for verdict in verdicts:
        yield row(verdict)
    for verdict in verdicts:
        for fault in verdict.faults_found[:10]:
            yield f"不符 / wrong: {verdict.scenario.name} {verdict.form}: {fault}"


def row(verdict: Verdict) -> str:
    """One line of the table."""
    wish, difference = verdict.wish, verdict.difference
    cells = (
        verdict.scenario.name,
        verdict.form,
        f"{wish.records}",
        f"{wish.messages}",
        f"{difference.missing}",
        f"{difference.double}",
        f"{verdict.sent_again}",
        f"{verdict.repeated}",
        f"{verdict.took_s:.0f}",
        f"{verdict.scenario.program}: {', '.join(verdict.done) or '-'}",
    )
    return _row(cells) + ("" if not verdict.faults_found else "   <- 不符 / wrong")


def _row(cells: Sequence[str]) -> str:
    padded = [
        cell.ljust(width) if place < 2 or not width else cell.rjust(width)
        for place, (cell, width) in enumerate(zip(cells, _WIDTHS, strict=True))
    ]
    return "  ".join(padded).rstrip()
