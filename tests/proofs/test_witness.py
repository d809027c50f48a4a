"""The witness protocol: what a witness refuses, and what a log takes from it."""

from dataclasses import replace

import pytest

from services.proofs.checkpoint import Checkpoint, cosign, log_key, sign_checkpoint
from services.proofs.leaf import SignatureWrong
from services.proofs.tree import NotConsistent
from services.proofs.witness import (
    AddCheckpoint,
    Behind,
    Forked,
    NotAnAnswer,
    NotARequest,
    check_growth,
    encoded_cosignatures,
    encoded_size,
    read_add_checkpoint,
    read_cosignatures,
    read_size,
)
from tests.support.signed_log import (
    NOON,
    STRANGER,
    TREE,
    WITNESSES,
    SignedLog,
    public,
    witness_key,
)

LOG = SignedLog.of(12)
KEY = log_key(public(TREE))
NAME = "witness.example/w1"


def request(old_size: int, size: int) -> AddCheckpoint:
    return AddCheckpoint(old_size, LOG.consistency(old_size, size), LOG.checkpoint(size))


@pytest.mark.parametrize("old_size", range(13))
def test_growth_is_cosigned_from_wherever_the_witness_stands(old_size: int) -> None:
    seen = LOG.checkpoint(old_size) if old_size else None
    for size in range(max(1, old_size), 13):
        check_growth(request(old_size, size), seen, KEY)


def forged(size: int) -> Checkpoint:
    return sign_checkpoint(TREE, size, bytes(32))


def test_a_fork_of_the_same_size_is_named() -> None:
    with pytest.raises(Forked):
        check_growth(AddCheckpoint(5, (), forged(5)), LOG.checkpoint(5), KEY)


def test_a_larger_fork_does_not_continue_what_was_seen() -> None:
    fork = AddCheckpoint(5, LOG.consistency(5, 9), forged(9))
    with pytest.raises(NotConsistent):
        check_growth(fork, LOG.checkpoint(5), KEY)
    with pytest.raises(NotConsistent):
        check_growth(request(5, 9), forged(5), KEY)


def test_a_rollback_is_refused_whatever_size_it_claims_to_start_from() -> None:
    with pytest.raises(NotARequest):
        check_growth(AddCheckpoint(9, (), LOG.checkpoint(5)), LOG.checkpoint(9), KEY)
    with pytest.raises(Behind) as refused:
        check_growth(request(0, 5), LOG.checkpoint(9), KEY)
    assert refused.value.size == 9
    with pytest.raises(Behind) as refused:
        check_growth(request(3, 5), None, KEY)
    assert refused.value.size == 0


def test_a_checkpoint_that_the_log_did_not_sign_is_refused() -> None:
    other = replace(request(5, 9), checkpoint=sign_checkpoint(STRANGER, 9, bytes(32)))
    with pytest.raises(SignatureWrong):
        check_growth(other, LOG.checkpoint(5), KEY)


@pytest.mark.parametrize(
    "body",
    [
        "",
        "old 5\n",
        "old 05\n\n{checkpoint}",
        "old -1\n\n{checkpoint}",
        "old ٥\n\n{checkpoint}",
        "new 5\n\n{checkpoint}",
        "old 5\nAAAA\n\n{checkpoint}",
        "old 5\n\nnothing",
        "old 5\n" + "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n" * 64 + "\n{checkpoint}",
    ],
)
def test_what_is_no_request_is_refused(body: str) -> None:
    with pytest.raises(NotARequest):
        read_add_checkpoint(body.format(checkpoint=LOG.checkpoint(5).encoded()))


def test_a_consent_is_taken_only_from_the_witness_itself() -> None:
    checkpoint = LOG.checkpoint(9)
    right = cosign(WITNESSES[NAME], NAME, checkpoint, posix_time=NOON)
    unknown = cosign(STRANGER, "somebody.example", checkpoint, posix_time=NOON)
    key = witness_key(NAME)
    body = encoded_cosignatures([unknown, right])
    assert read_cosignatures(body, checkpoint, key) == (right,)
    for nothing in ("", unknown.encoded(), body.removesuffix("\n"), "no line\n"):
        with pytest.raises(NotAnAnswer):
            read_cosignatures(nothing, checkpoint, key)
    for wrong in (
        cosign(WITNESSES[NAME], NAME, LOG.checkpoint(8), posix_time=NOON),
        replace(right, signature=right.signature[:-1] + b"\x00"),
    ):
        with pytest.raises(SignatureWrong):
            read_cosignatures(encoded_cosignatures([right, wrong]), checkpoint, key)


def test_where_a_witness_stands_is_one_number_on_a_line() -> None:
    assert read_size(encoded_size(0)) == 0
    assert read_size(encoded_size(20852014)) == 20852014
    for wrong in ("", "5", "05\n", "-1\n", "5\n\n", "5\n6\n", "٥\n", "9" * 17 + "\n"):
        with pytest.raises(NotAnAnswer):
            read_size(wrong)
