"""What we write is read and judged by Debian's sigsum-go and litetlog.

Where a package is missing, the gate fails and names it; on a developer's machine the test says so
and judges nothing. `.ci/outside-tools` fetches both without installing anything.
"""

import os
import warnings
from dataclasses import replace
from pathlib import Path

import pytest

from services.proofs.checkpoint import Checkpoint, sign_checkpoint
from services.proofs.leaf import Kind, Leaf, record_of, sign
from services.proofs.receipt import Receipt, receipt_of
from services.proofs.tlog_proof import TlogProof
from services.proofs.trusted_keys import TrustedKeys
from services.proofs.witness import AddCheckpoint, read_cosignatures, read_size
from tests.support.outside_tools import (
    Witness,
    missing_packages,
    sigsum_verify,
    spicy_verify,
)
from tests.support.signed_log import (
    BALLOT,
    DEVICE,
    STRANGER,
    TREE,
    SignedLog,
    attestation,
    key_of,
    public,
    published,
    trusted_keys,
    vote_document,
    voted,
)

SIZES = [(0, 0), (0, 1), (4, 3), (8, 0), (255, 3)]


def judges_are_here() -> bool:
    return not missing_packages()


def test_the_judges_are_here_in_the_gate() -> None:
    if judges_are_here():
        return
    missing = " and ".join(missing_packages())
    sentence = f"Debian's {missing} missing, so nobody outside judges: .ci/outside-tools fetches"
    if os.environ.get("CI"):
        pytest.fail(sentence)
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        warnings.warn(sentence, stacklevel=1)


def changed(receipt: Receipt, keys: TrustedKeys) -> dict[str, Receipt]:
    """Return a receipt with one thing changed each, otherwise written as a true one is."""
    leaf, proof = receipt.leaf, receipt.proof
    other_path = (bytes(32), *proof.path[1:])
    other_root = replace(proof.checkpoint, root=bytes(32))
    record = replace(leaf.record, sha256=bytes(32))
    stranger = sign(STRANGER, leaf.record)

    def written(leaf_: Leaf = leaf, proof_: TlogProof = proof) -> Receipt:
        return receipt_of(leaf_, receipt.document, proof_, keys, receipt.key)

    return {
        "record": written(leaf_=replace(leaf, record=record)),
        "signature": written(leaf_=replace(leaf, signature=stranger.signature)),
        "path": written(proof_=replace(proof, path=other_path)),
        "root": written(proof_=replace(proof, checkpoint=other_root)),
        "place": written(proof_=replace(proof, position=proof.position - 1)),
        "key": written(leaf_=stranger),
    }


@pytest.mark.parametrize(("before", "after"), SIZES)
def test_sigsum_verify_accepts_a_receipt(tmp_path: Path, before: int, after: int) -> None:
    if judges_are_here():
        for _, receipt in (
            voted(before=before, after=after),
            published(before=before, after=after),
        ):
            assert sigsum_verify(tmp_path, receipt, trusted_keys())


@pytest.mark.parametrize(("before", "after"), SIZES)
def test_spicy_accepts_a_receipt(tmp_path: Path, before: int, after: int) -> None:
    if judges_are_here():
        for _, receipt in (
            voted(before=before, after=after),
            published(before=before, after=after),
        ):
            assert spicy_verify(tmp_path, receipt, trusted_keys())


@pytest.mark.parametrize("what", ["record", "signature", "path", "root", "place", "key"])
def test_sigsum_verify_refuses_a_changed_receipt(tmp_path: Path, what: str) -> None:
    if judges_are_here():
        _, receipt = voted()
        wrong = changed(receipt, trusted_keys())[what]
        assert not sigsum_verify(tmp_path, wrong, trusted_keys(), public(DEVICE))
        assert sigsum_verify(tmp_path, receipt, trusted_keys(), public(DEVICE))


@pytest.mark.parametrize("what", ["record", "signature", "path", "root", "place", "key"])
def test_spicy_refuses_a_changed_receipt(tmp_path: Path, what: str) -> None:
    if judges_are_here():
        _, receipt = voted()
        assert not spicy_verify(tmp_path, changed(receipt, trusted_keys())[what], trusted_keys())
        assert spicy_verify(tmp_path, receipt, trusted_keys())


def test_another_logs_key_accepts_nothing(tmp_path: Path) -> None:
    if judges_are_here():
        _, receipt = voted()
        stranger = sign_checkpoint(STRANGER, 0, bytes(32))
        keys = trusted_keys()
        other = replace(
            keys, log_key=replace(keys.log_key, name=stranger.origin, public_key=public(STRANGER))
        )
        assert not sigsum_verify(tmp_path, receipt, other)
        assert not spicy_verify(tmp_path, receipt, other)


def grown(log: SignedLog, old_size: int, checkpoint: Checkpoint) -> str:
    path = log.consistency(old_size, checkpoint.size)
    return AddCheckpoint(old_size, path, checkpoint).encoded()


def test_a_witness_cosigns_growth_and_sigsum_verify_then_finds_the_quorum(tmp_path: Path) -> None:
    if not judges_are_here():
        return
    log = SignedLog.of(5)
    with Witness(tmp_path, public(TREE), key_of(21)) as witness:
        first = witness.add_checkpoint(grown(log, 0, log.checkpoint()))
        assert read_cosignatures(first.body, log.checkpoint(), witness.key)
        document = vote_document()
        position = log.append(sign(DEVICE, record_of(Kind.VOTE, BALLOT, document)))
        log.fill(3)
        bare = log.checkpoint()
        answer = witness.add_checkpoint(grown(log, 5, bare))
        assert (first.status, answer.status) == (200, 200)
        lines = read_cosignatures(answer.body, bare, witness.key)
    keys = replace(trusted_keys(), witnesses=(witness.key,), quorum=1)
    cosigned = bare.with_signatures(lines)
    assert keys.check_quorum(cosigned) == (witness.key.name,)
    leaf = log.leaves[position]
    receipt = receipt_of(leaf, document, log.proof(position, cosigned), keys, attestation())
    assert sigsum_verify(tmp_path, receipt, keys)
    lonely = receipt_of(leaf, document, log.proof(position, bare), keys, attestation())
    assert not sigsum_verify(tmp_path, lonely, keys)


def test_a_witness_says_where_it_stands(tmp_path: Path) -> None:
    if not judges_are_here():
        return
    log = SignedLog.of(9)
    with Witness(tmp_path, public(TREE), key_of(21)) as witness:
        assert witness.add_checkpoint(grown(log, 0, log.checkpoint(5))).status == 200
        conflict = witness.add_checkpoint(grown(log, 3, log.checkpoint(9)))
        assert (conflict.status, conflict.content_type) == (409, "text/x.tlog.size")
        assert read_size(conflict.body) == 5
        assert witness.add_checkpoint(grown(log, 5, log.checkpoint(9))).status == 200


def test_a_witness_refuses_a_fork_and_a_rollback_even_after_a_restart(tmp_path: Path) -> None:
    if not judges_are_here():
        return
    log, forged = SignedLog.of(9), SignedLog.of(9)
    forged.append(forged.leaves[0])
    forged.fill(2)
    with Witness(tmp_path, public(TREE), key_of(21)) as witness:
        assert witness.add_checkpoint(grown(log, 0, log.checkpoint(9))).status == 200
    log.fill(3)
    with Witness(tmp_path, public(TREE), key_of(21)) as witness:
        assert witness.add_checkpoint(grown(log, 9, log.checkpoint(11))).status == 200
        fork = AddCheckpoint(11, (), forged.checkpoint(11))
        larger_fork = AddCheckpoint(11, forged.consistency(11, 12), forged.checkpoint(12))
        rollback = AddCheckpoint(11, (), log.checkpoint(9))
        forgotten = AddCheckpoint(0, (), log.checkpoint(9))
        statuses = [
            witness.add_checkpoint(request.encoded()).status
            for request in (fork, larger_fork, rollback, forgotten)
        ]
        assert statuses == [422, 422, 400, 409]
        assert witness.add_checkpoint(grown(log, 11, log.checkpoint(12))).status == 200
