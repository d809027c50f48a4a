"""Checkpoints: a log's signed size and root (C2SP tlog-checkpoint) and who else signed them.

The origin is Sigsum's form of a log's name, `sigsum.org/v1/tree/` and the hash of its key. So one
text is read by Sigsum's tools and by C2SP's, and a log's name cannot be taken by another key.
"""

import base64
import struct
from collections.abc import Iterable
from dataclasses import dataclass, replace

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.proofs.leaf import SIGNATURE_SIZE_BYTES, SignatureWrong, check_signature, key_hash
from services.proofs.note import (
    KeyType,
    NotANote,
    Note,
    SignatureLine,
    VerifierKey,
    decoded,
    read_note,
)
from services.proofs.refuted import Refuted
from services.proofs.tree import HASH_SIZE_BYTES

_ORIGIN = "sigsum.org/v1/tree/"
_SIZE_MAX = 2**53
_TIME_MAX = 2**63 - 1


class NotACheckpoint(Refuted):
    """The text is no checkpoint of three lines with signatures."""


def origin_of(public_key: bytes) -> str:
    """Return the name of the log whose key this is."""
    return _ORIGIN + key_hash(public_key).hex()


def log_key(public_key: bytes) -> VerifierKey:
    """Return the verifier key of a log, which signs under its own origin."""
    return VerifierKey(origin_of(public_key), KeyType.ED25519, public_key)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Size and root of a log, and the signatures that came with them."""

    origin: str
    size: int
    root: bytes
    signatures: tuple[SignatureLine, ...] = ()

    @property
    def text(self) -> str:
        """The text that is signed: origin, size, root."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"

    def encoded(self) -> str:
        """Return the checkpoint as a signed note."""
        return Note(self.text, self.signatures).encoded()

    def with_signatures(self, lines: Iterable[SignatureLine]) -> "Checkpoint":
        """Return the checkpoint with further signatures under it."""
        return replace(self, signatures=(*self.signatures, *lines))

    def line_by(self, key: VerifierKey) -> SignatureLine | None:
        """Return the line that names `key`, right or not, if there is one."""
        return next((line for line in self.signatures if line.by(key)), None)

    def check_signed(self, key: VerifierKey) -> None:
        """Check that the log with `key` signed, and that this is its name.

        Raises:
            SignatureWrong: it did not, or the checkpoint is of another log.
        """
        if self.origin != key.name:
            raise SignatureWrong("the checkpoint is of another log")
        line = self.line_by(key)
        if line is None:
            raise SignatureWrong("the log's signature is missing")
        check_signature(key.public_key, line.signature, self.text.encode())

    def cosigned_at(self, key: VerifierKey) -> int:
        """Return the POSIX time at which a witness with `key` cosigned.

        Raises:
            SignatureWrong: it did not cosign.
        """
        line = self.line_by(key)
        if line is None:
            raise SignatureWrong("the cosignature is missing")
        return check_cosignature(self, key, line)


def sign_checkpoint(key: Ed25519PrivateKey, size: int, root: bytes) -> Checkpoint:
    """Return the checkpoint of the log with this key, signed by it."""
    by = log_key(key.public_key().public_bytes_raw())
    checkpoint = Checkpoint(by.name, size, root)
    signature = key.sign(checkpoint.text.encode())
    return checkpoint.with_signatures([SignatureLine(by.name, by.key_id, signature)])


def cosign(
    key: Ed25519PrivateKey, name: str, checkpoint: Checkpoint, *, posix_time: int
) -> SignatureLine:
    """Return the cosignature of a witness called `name` (C2SP tlog-cosignature, Ed25519)."""
    by = VerifierKey(name, KeyType.COSIGNATURE, key.public_key().public_bytes_raw())
    signature = key.sign(_cosigned(checkpoint, posix_time))
    return SignatureLine(name, by.key_id, struct.pack(">Q", posix_time) + signature)


def check_cosignature(checkpoint: Checkpoint, key: VerifierKey, line: SignatureLine) -> int:
    """Return the time of a cosignature that `key` made.

    Raises:
        SignatureWrong: it did not make it, or did not say when.
    """
    if key.type is not KeyType.COSIGNATURE:
        raise SignatureWrong("not a key of a witness")
    posix_time, signature = cosignature_parts(line)
    check_signature(key.public_key, signature, _cosigned(checkpoint, posix_time))
    if posix_time == 0:
        raise SignatureWrong("a cosignature of no time says nothing (C2SP tlog-cosignature)")
    return posix_time


def cosignature_parts(line: SignatureLine) -> tuple[int, bytes]:
    """Return the POSIX time and the Ed25519 signature that a cosignature consists of.

    Raises:
        SignatureWrong: it is no cosignature.
    """
    if len(line.signature) != 8 + SIGNATURE_SIZE_BYTES:
        raise SignatureWrong("not a cosignature")
    posix_time: int = struct.unpack(">Q", line.signature[:8])[0]
    if posix_time > _TIME_MAX:
        raise SignatureWrong("a time beyond 2^63 - 1 (C2SP tlog-cosignature)")
    return posix_time, line.signature[8:]


def read_checkpoint(encoded: str) -> Checkpoint:
    """Return the checkpoint that `encoded` writes.

    Raises:
        NotACheckpoint: it is no signed note of exactly three lines, or a line is malformed.
    """
    try:
        note = read_note(encoded)
        lines = note.text.split("\n")
        root = decoded(lines[2]) if len(lines) == 4 else b""
    except NotANote as refused:
        raise NotACheckpoint(str(refused)) from refused
    if len(root) != HASH_SIZE_BYTES or not lines[0]:
        raise NotACheckpoint("a checkpoint has an origin, a size and a root")
    return Checkpoint(lines[0], _size(lines[1]), root, note.signatures)


def _size(written: str) -> int:
    if not (written.isascii() and written.isdigit()) or len(written) > 16:
        raise NotACheckpoint("the size is no number")
    size = int(written)
    if str(size) != written or size > _SIZE_MAX:
        raise NotACheckpoint("the size is not written in the one way")
    return size


def _cosigned(checkpoint: Checkpoint, posix_time: int) -> bytes:
    return f"cosignature/v1\ntime {posix_time}\n{checkpoint.text}".encode()
