"""The witness protocol (C2SP tlog-witness, add-checkpoint): both sides' texts and the judgement.

A witness signs that a log only ever grew since it last looked. It needs to remember one checkpoint
for each log and nothing else.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from services.proofs.checkpoint import (
    Checkpoint,
    NotACheckpoint,
    check_cosignature,
    read_checkpoint,
)
from services.proofs.note import (
    NotANote,
    SignatureLine,
    VerifierKey,
    read_signature_lines,
)
from services.proofs.refuted import Refuted
from services.proofs.tlog_proof import path_lines, read_path_lines
from services.proofs.tree import EMPTY_ROOT, check_consistency

SIZE_TYPE = "text/x.tlog.size"
_NUMBER = re.compile(r"0|[1-9][0-9]{0,15}")


class NotARequest(Refuted):
    """The text is no request to add a checkpoint."""


class NotAnAnswer(Refuted):
    """A witness answered what the protocol does not foresee."""


class Forked(Refuted):
    """A log signed two different trees of one size."""


class Behind(Refuted):
    """The proof does not start where the witness stands; `size` is where it does."""

    def __init__(self, size: int) -> None:
        super().__init__(f"the witness stands at {size}")
        self.size = size


@dataclass(frozen=True, slots=True)
class AddCheckpoint:
    """A checkpoint for a witness that stands at `old_size`, with the proof of consistency."""

    old_size: int
    path: tuple[bytes, ...]
    checkpoint: Checkpoint

    def encoded(self) -> str:
        """Return the body of the request."""
        return f"old {self.old_size}\n{path_lines(self.path)}\n{self.checkpoint.encoded()}"


def read_add_checkpoint(body: str) -> AddCheckpoint:
    """Return the request that `body` writes.

    Raises:
        NotARequest: it is malformed.
    """
    above, separator, checkpoint = body.partition("\n\n")
    old, *path = above.split("\n")
    if not separator or not old.startswith("old "):
        raise NotARequest("a request has an old size, hashes, an empty line and a checkpoint")
    try:
        size = read_size(f"{old.removeprefix('old ')}\n")
        return AddCheckpoint(size, read_path_lines(path), read_checkpoint(checkpoint))
    except (NotAnAnswer, NotANote, NotACheckpoint) as refused:
        raise NotARequest(str(refused)) from refused


def check_growth(request: AddCheckpoint, seen: Checkpoint | None, log: VerifierKey) -> None:
    """Check what a witness must check before it cosigns; `seen` is what it cosigned last.

    Raises:
        SignatureWrong: the log did not sign (a witness answers 403).
        NotARequest: the old size is beyond the new one (400).
        Behind: the witness stands elsewhere than at the old size (409).
        Forked: the same size with another root (409).
        NotConsistent: the larger tree does not begin with the smaller one (422).
    """
    checkpoint = request.checkpoint
    checkpoint.check_signed(log)
    if request.old_size > checkpoint.size:
        raise NotARequest("the old size is beyond the new one")
    size, root = (seen.size, seen.root) if seen else (0, EMPTY_ROOT)
    if request.old_size != size:
        raise Behind(size)
    if size == checkpoint.size and root != checkpoint.root:
        raise Forked(f"two trees of size {size}")
    check_consistency(size, checkpoint.size, request.path, old_root=root, root=checkpoint.root)


def encoded_cosignatures(lines: Iterable[SignatureLine]) -> str:
    """Return the body of a witness's consent (200)."""
    return "".join(line.encoded() for line in lines)


def read_cosignatures(
    body: str, checkpoint: Checkpoint, witness: VerifierKey
) -> tuple[SignatureLine, ...]:
    """Return the lines of a consent (200) that are by this witness; others are passed over.

    Raises:
        NotAnAnswer: it is malformed, or none is by the witness.
        SignatureWrong: one that names the witness is not by it.
    """
    try:
        lines = read_signature_lines(body)
    except NotANote as refused:
        raise NotAnAnswer(str(refused)) from refused
    known = tuple(line for line in lines if line.by(witness))
    if not known:
        raise NotAnAnswer("no cosignature by this witness")
    for line in known:
        check_cosignature(checkpoint, witness, line)
    return known


def encoded_size(size: int) -> str:
    """Return the body by which a witness says where it stands (409, `SIZE_TYPE`)."""
    return f"{size}\n"


def read_size(body: str) -> int:
    """Return where a witness stands.

    Raises:
        NotAnAnswer: it is no number on a line of its own.
    """
    written = body.removesuffix("\n")
    if not body.endswith("\n") or not _NUMBER.fullmatch(written):
        raise NotAnAnswer("no size")
    return int(written)
