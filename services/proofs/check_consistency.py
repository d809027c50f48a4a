"""The steps by which anybody checks that of two checkpoints the larger continues the smaller.

If they are of one size and differ, the two signatures are the proof that the log showed two
histories; nobody but the holder of its key can have made them.
"""

from collections.abc import Sequence

from services.proofs.check_checkpoint import check_made
from services.proofs.check_log import Mirror
from services.proofs.checkpoint import Checkpoint
from services.proofs.steps import Report
from services.proofs.tree import check_consistency, consistency_path
from services.proofs.trusted_keys import TrustedKeys
from services.proofs.witness import Forked

Proof = Sequence[bytes] | Mirror | None
"""A path that somebody gave, the mirrored log to make it from, or nothing."""


def check_checkpoints(
    checkpoints: tuple[Checkpoint, Checkpoint], proof: Proof, keys: TrustedKeys, report: Report
) -> None:
    """Check two checkpoints step by step, whichever is the larger.

    Raises:
        Stopped: one is not the log's.
    """
    for checkpoint in checkpoints:
        check_made(checkpoint, keys, report)
    old, new = sorted(checkpoints, key=lambda one: one.size)
    if old.size == new.size:
        with report.independent("同一大小只有一个根", "one size has one root"):
            _check_one_root(old, new, keys)
        return
    zh, en = "较大的日志以较小的日志开头", "the larger log begins with the smaller one"
    if proof is None and old.size:
        report.withheld(zh, en, "neither --proof nor --log was given")
        return
    with report.independent(zh, en) as finding:
        path = _path(old.size, new.size, proof)
        check_consistency(old.size, new.size, path, old_root=old.root, root=new.root)
        finding.detail = f"{old.size} to {new.size}"


def _path(old_size: int, size: int, proof: Proof) -> Sequence[bytes]:
    if isinstance(proof, Mirror):
        return consistency_path(old_size, size, proof.tree(size).subtree)
    return proof or []


def _check_one_root(one: Checkpoint, other: Checkpoint, keys: TrustedKeys) -> None:
    if one.root == other.root:
        return
    evidence = " and ".join(
        f"root {checkpoint.root.hex()} signature {line.signature.hex()}"
        for checkpoint in (one, other)
        if (line := checkpoint.line_by(keys.log_key))
    )
    raise Forked(f"FORK: the log signed two trees of size {one.size}: {evidence}")
