"""Domain rooms and proofs import the standard library, themselves and proofs: nothing else."""

import ast
import sys
from pathlib import Path

import pytest

PURE = [
    path
    for path in sorted(Path("services").rglob("*.py"))
    if "domain" in path.parts or "proofs" in path.parts
]
# Reading the time, the disk's state, the network or chance makes a rule's answer depend on more
# than its arguments.
IMPURE = {"random", "secrets", "time", "socket", "os", "subprocess", "asyncio", "threading"}


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {one.name for one in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


@pytest.mark.parametrize("path", PURE, ids=str)
def test_a_pure_room_stays_pure(path: Path) -> None:
    own = ".".join(path.parts[:3]) if "domain" in path.parts else "services.proofs"
    for name in imported(path):
        top = name.partition(".")[0]
        inside = name.startswith((own, "services.proofs"))
        library = top in sys.stdlib_module_names and (top not in IMPURE or "proofs" in path.parts)
        crypto = top == "cryptography" and "proofs" in path.parts
        assert inside or library or crypto, f"{path} imports {name}"
