"""C2SP's proof that an entry is in a log (tlog-proof): position, path and checkpoint in one text.

It does not hold the entry; who verifies has it at hand.
"""

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass

from services.proofs.checkpoint import Checkpoint, NotACheckpoint, read_checkpoint
from services.proofs.note import NotANote, decoded
from services.proofs.refuted import Refuted
from services.proofs.tree import HASH_SIZE_BYTES

HEADER = "c2sp.org/tlog-proof@v1\n"
_INDEX = re.compile(r"index (0|[1-9][0-9]{0,15})")
PATH_LENGTH_MAX = 63


class NotATlogProof(Refuted):
    """The text is no proof of C2SP's form."""


@dataclass(frozen=True, slots=True)
class TlogProof:
    """Where an entry is, and the path from it to a checkpoint's root."""

    position: int
    path: tuple[bytes, ...]
    checkpoint: Checkpoint

    def encoded(self) -> str:
        """Return the proof as its file holds it."""
        return (
            f"{HEADER}index {self.position}\n{path_lines(self.path)}\n{self.checkpoint.encoded()}"
        )


def path_lines(path: Sequence[bytes]) -> str:
    """Return hashes as C2SP's texts hold them: base64, one to a line."""
    return "".join(f"{base64.b64encode(one).decode()}\n" for one in path)


def read_path_lines(lines: Sequence[str]) -> tuple[bytes, ...]:
    """Return the hashes of some lines.

    Raises:
        NotANote: one is no hash, or there are more than a tree can be high.
    """
    path = tuple(decoded(line) for line in lines)
    if len(path) > PATH_LENGTH_MAX or any(len(one) != HASH_SIZE_BYTES for one in path):
        raise NotANote("not at most 63 hashes of 32 bytes")
    return path


def read_tlog_proof(text: str) -> TlogProof:
    """Return the proof that `text` writes; one with opaque extra bytes is none of ours.

    Raises:
        NotATlogProof: it is malformed.
    """
    above, separator, checkpoint = text.removeprefix(HEADER).partition("\n\n")
    index, *path = above.split("\n")
    matched = _INDEX.fullmatch(index)
    if not text.startswith(HEADER) or not separator or not matched:
        raise NotATlogProof("a proof has a header, an index, hashes, an empty line, a checkpoint")
    try:
        return TlogProof(int(matched[1]), read_path_lines(path), read_checkpoint(checkpoint))
    except (NotANote, NotACheckpoint) as refused:
        raise NotATlogProof(str(refused)) from refused
