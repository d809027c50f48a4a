"""Sigsum's proof of logging (version 2), as `sigsum-verify` of sigsum-go 0.11 reads it.

It holds neither the record nor any key, only their hashes: who verifies has the record, the
signer's key and a policy with the log's key at hand.
"""

import itertools
import re
from dataclasses import dataclass

from services.proofs.checkpoint import cosignature_parts
from services.proofs.leaf import SIGNATURE_SIZE_BYTES, Leaf, SignatureWrong, key_hash
from services.proofs.refuted import Refuted
from services.proofs.tlog_proof import TlogProof
from services.proofs.tree import HASH_SIZE_BYTES
from services.proofs.trusted_keys import TrustedKeys

_VERSION = 2
_NUMBER = re.compile(r"0|[1-9][0-9]*")
_HEXADECIMAL = re.compile(r"([0-9a-f]{2})+")


class NotASigsumProof(Refuted):
    """The text is no proof of version 2 in its one form."""


@dataclass(frozen=True, slots=True)
class SigsumCosignature:
    """A cosignature of a tree head, by the hash of the witness's key."""

    key_hash: bytes
    posix_time: int
    signature: bytes


@dataclass(frozen=True, slots=True)
class SigsumProof:
    """That a leaf by a named key is in a tree that a named log signed."""

    log_key_hash: bytes
    leaf_key_hash: bytes
    leaf_signature: bytes
    size: int
    root: bytes
    signature: bytes
    cosignatures: tuple[SigsumCosignature, ...]
    position: int
    path: tuple[bytes, ...]

    def encoded(self) -> str:
        """Return the proof as its file holds it."""
        lines = [
            f"version={_VERSION}",
            f"log={self.log_key_hash.hex()}",
            f"leaf={self.leaf_key_hash.hex()} {self.leaf_signature.hex()}",
            "",
            f"size={self.size}",
            f"root_hash={self.root.hex()}",
            f"signature={self.signature.hex()}",
        ]
        lines += [
            f"cosignature={one.key_hash.hex()} {one.posix_time} {one.signature.hex()}"
            for one in self.cosignatures
        ]
        # The only leaf of a tree has no place to state and no path.
        if self.size > 1:
            lines += ["", f"leaf_index={self.position}"]
            lines += [f"node_hash={one.hex()}" for one in self.path]
        return "\n".join(lines) + "\n"


def sigsum_proof(leaf: Leaf, proof: TlogProof, keys: TrustedKeys) -> SigsumProof:
    """Return the proof for a leaf, with the cosignatures by the log's clock and its witnesses.

    A line of a checkpoint names its key by four bytes only; Sigsum wants the key's whole hash, so
    signatures by others cannot be carried over. No signature is judged here.

    Raises:
        SignatureWrong: the log's is missing, or a cosignature has another length.
    """
    checkpoint = proof.checkpoint
    signed = checkpoint.line_by(keys.log_key)
    if signed is None:
        raise SignatureWrong("the log's signature is missing")
    return SigsumProof(
        log_key_hash=key_hash(keys.log_key.public_key),
        leaf_key_hash=leaf.key_hash,
        leaf_signature=leaf.signature,
        size=checkpoint.size,
        root=checkpoint.root,
        signature=signed.signature,
        cosignatures=tuple(
            SigsumCosignature(key_hash(key.public_key), *cosignature_parts(line))
            for key in keys.cosigners
            if (line := checkpoint.line_by(key))
        ),
        position=proof.position,
        path=proof.path,
    )


def read_sigsum_proof(text: str) -> SigsumProof:
    """Return the proof that `text` writes.

    Raises:
        NotASigsumProof: it is of another version, malformed, or would be written otherwise.
    """
    lines = _Lines(text)
    if lines.number("version") != _VERSION:
        raise NotASigsumProof(f"another version than {_VERSION}")
    (log_key_hash,) = lines.octets("log", HASH_SIZE_BYTES)
    leaf_key_hash, leaf_signature = lines.octets("leaf", HASH_SIZE_BYTES, SIGNATURE_SIZE_BYTES)
    lines.empty()
    size = lines.number("size")
    (root,) = lines.octets("root_hash", HASH_SIZE_BYTES)
    (signature,) = lines.octets("signature", SIGNATURE_SIZE_BYTES)
    cosignatures = tuple(_cosignature(lines) for _ in range(lines.repeated("cosignature")))
    position, path = _inclusion(lines) if size > 1 else (0, ())
    proof = SigsumProof(
        log_key_hash=log_key_hash,
        leaf_key_hash=leaf_key_hash,
        leaf_signature=leaf_signature,
        size=size,
        root=root,
        signature=signature,
        cosignatures=cosignatures,
        position=position,
        path=path,
    )
    if proof.encoded() != text:
        raise NotASigsumProof("it would be written otherwise")
    return proof


def _inclusion(lines: "_Lines") -> tuple[int, tuple[bytes, ...]]:
    lines.empty()
    position = lines.number("leaf_index")
    count = lines.repeated("node_hash")
    return position, tuple(lines.octets("node_hash", HASH_SIZE_BYTES)[0] for _ in range(count))


def _cosignature(lines: "_Lines") -> SigsumCosignature:
    key, time, signature = lines.words("cosignature", 3)
    return SigsumCosignature(
        _octets(key, HASH_SIZE_BYTES), _number(time, 19), _octets(signature, SIGNATURE_SIZE_BYTES)
    )


class _Lines:
    """The lines of a proof, read one after another."""

    def __init__(self, text: str) -> None:
        self._lines = text.split("\n")

    def words(self, name: str, count: int) -> list[str]:
        given, _, value = self._next().partition("=")
        words = value.split(" ")
        if given != name or len(words) != count:
            raise NotASigsumProof(f"a line {name}= with {count} words is missing")
        return words

    def number(self, name: str) -> int:
        return _number(self.words(name, 1)[0], 16)

    def octets(self, name: str, *sizes_bytes: int) -> list[bytes]:
        words = self.words(name, len(sizes_bytes))
        return [_octets(word, size) for word, size in zip(words, sizes_bytes, strict=True)]

    def empty(self) -> None:
        if self._next() != "":
            raise NotASigsumProof("an empty line is missing")

    def repeated(self, name: str) -> int:
        """Return how many lines called `name` follow."""
        named = (line.startswith(f"{name}=") for line in self._lines)
        return len(list(itertools.takewhile(bool, named)))

    def _next(self) -> str:
        if not self._lines:
            raise NotASigsumProof("it ends too early")
        return self._lines.pop(0)


def _number(word: str, digits_max: int) -> int:
    if not _NUMBER.fullmatch(word) or len(word) > digits_max:
        raise NotASigsumProof("a number is malformed")
    return int(word)


def _octets(word: str, size_bytes: int) -> bytes:
    if len(word) != 2 * size_bytes or not _HEXADECIMAL.fullmatch(word):
        raise NotASigsumProof(f"{size_bytes} bytes are not in lower-case hexadecimal")
    return bytes.fromhex(word)
