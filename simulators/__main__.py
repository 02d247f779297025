"""``python -m simulators WORD``: make a city, play its days through MQTT, say what to expect of it; send much."""

import argparse
import sys
from collections.abc import Sequence

from simulators.commands import expect, load, plan, play, replay


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code: 0, or 1 if receipts are missing, or 2 if it cannot be done as asked."""
    parser = argparse.ArgumentParser(prog="python -m simulators", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for word in (plan, play, expect, load, replay):
        word.add(commands)
    options = parser.parse_args(arguments)
    try:
        return int(options.run(options))
    except (ValueError, OSError) as error:
        print(f"simulators {options.command}: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
