"""Write the contracts' schemas: ``python -m shared.contracts.generate``; ``make contracts`` is the same."""

import json
from pathlib import Path

from shared.contracts.asyncapi import asyncapi
from shared.contracts.json_schemas import CONTRACTS, schema_of

FOLDER = Path(__file__).parent / "schemas"


def documents() -> dict[str, str]:
    """Every file by its name, as it must stand in the folder."""
    made = {f"{contract.name}.json": schema_of(contract) for contract in CONTRACTS} | {"asyncapi.json": asyncapi()}
    return {name: json.dumps(document, ensure_ascii=False, indent=1) + "\n" for name, document in made.items()}


def main() -> None:
    """Write them all, and remove what is no longer made."""
    FOLDER.mkdir(exist_ok=True)
    made = documents()
    for path in FOLDER.glob("*.json"):
        if path.name not in made:
            path.unlink()
    for name, text in made.items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
