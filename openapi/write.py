"""Write each service's contract: `python -m openapi.write`.

The documents are generated from the applications themselves, assembled with parts that are
connected to nothing, and committed; tests/contracts fails when they are not current.
"""

import importlib
import json
import sys
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
SERVICES = ("identity", "voting", "ledger", "gateway")


def contract(service: str) -> dict[str, Any]:
    """Return the OpenAPI document of one service as its code says it now."""
    main = importlib.import_module(f"services.{service}.main")
    document: dict[str, Any] = main.contract()
    return document


def text(document: dict[str, Any]) -> str:
    """Return the one spelling in which a contract is committed."""
    return json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def main() -> None:
    """Write every contract; the gateway's is made from the others', so it comes last."""
    for service in SERVICES:
        path = FOLDER / f"{service}.v1.json"
        fresh = text(contract(service))
        if not path.exists() or path.read_text() != fresh:
            path.write_text(fresh)
            sys.stdout.write(f"{path.name} written\n")


if __name__ == "__main__":
    main()
