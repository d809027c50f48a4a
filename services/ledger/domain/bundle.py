"""The lines of a ledger's bundle: a header, one for each leaf in log order, an end.

Each is canonical JSON, as the verifier reads it; together they are all that anybody needs to
recompute every figure without the servers.
"""

from services.proofs.canonical import canonical
from services.proofs.checkpoint import Checkpoint
from services.proofs.leaf import Leaf

FORMAT = "owner-card/ledger-bundle@v1"


def header_line(estate_id: str, checkpoint: Checkpoint) -> bytes:
    """Return the first line: whose log it is, whole from its first leaf to the checkpoint."""
    return _line(
        {
            "type": "header",
            "format": FORMAT,
            "estate_id": estate_id,
            "service": "ledger",
            "first": 0,
            "range": [],
            "checkpoint": checkpoint.encoded(),
        }
    )


def leaf_line(position: int, leaf: Leaf, document: bytes | None) -> bytes:
    """Return the line of one leaf; a document that is not there any more is left out."""
    members: dict[str, object] = {
        "type": "leaf",
        "position": position,
        "record": leaf.record.encoded().decode(),
        "signature": leaf.signature.hex(),
        "public_key": leaf.public_key.hex(),
    }
    if document is not None:
        members["content"] = document.decode(errors="replace")
    return _line(members)


def end_line(leaves: int) -> bytes:
    """Return the last line, by which a bundle that broke off is told from a whole one."""
    return _line({"type": "end", "leaves": leaves})


def _line(members: dict[str, object]) -> bytes:
    return canonical(members) + b"\n"
