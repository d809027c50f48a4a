"""Leaves of the logs: what is logged, signed by whom, in 128 bytes (Sigsum's leaf form).

A leaf never holds content. It signs a record, which names the content's hash; so anybody may hold
the log, and an opening shows what a leaf stands for without showing any other.
"""

import functools
import hashlib
import re
from dataclasses import dataclass
from enum import StrEnum

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from services.proofs.refuted import Refuted

_NAMESPACE = b"sigsum.org/v1/tree-leaf\x00"
# All members are plain ASCII in the order of their names, so this is the one canonical form.
_RECORD = re.compile(
    rb'\{"kind":"([a-z]+)","sha256":"([0-9a-f]{64})",'
    rb'"subject":"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"\}'
)
KEY_SIZE_BYTES = 32
SIGNATURE_SIZE_BYTES = 64
LEAF_SIZE_BYTES = 128
# The points of small order (RFC 8032, 5.1), with the sign bit and without. Under such a key one
# signature fits every message, so its holder could disown a vote, or anybody invent one.
_SMALL_ORDER = frozenset(
    bytes.fromhex(one)[:-1] + bytes([bytes.fromhex(one)[-1] | sign])
    for sign in (0x00, 0x80)
    for one in (
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    )
)


class Kind(StrEnum):
    """What a record is about; `subject` is the id in brackets."""

    BALLOT = "ballot"  # [ballot] title, items, convener, publication policy
    RULES = "rules"  # [ballot] the rule table
    ELECTORATE = "electorate"  # [ballot] the frozen roll
    SCHEDULE = "schedule"  # [ballot] first and last day; a change is another record
    VOTE = "vote"  # [ballot] one vote document, hidden by its salt
    RESULT = "result"  # [ballot] the counted result
    ENTRY = "entry"  # [entry] a published ledger entry
    REVERSAL = "reversal"  # [entry] the entry that takes another back
    STATEMENT = "statement"  # [statement] a published half-year
    LIMITS = "limits"  # [estate] spending limits of the rules of procedure
    WITNESSES = "witnesses"  # [estate] whose cosignatures a published checkpoint needs


_KINDS = {kind.value: kind for kind in Kind}


class SignatureWrong(Refuted):
    """A signature is not by the key that it is said to be by."""


class NotARecord(Refuted):
    """The bytes are no record in its one canonical form."""


@dataclass(frozen=True, slots=True)
class Record:
    """What one leaf is about: a kind, the id of what it belongs to, and the content's SHA-256."""

    kind: Kind
    subject: str
    sha256: bytes

    def encoded(self) -> bytes:
        """Return the record in canonical JSON (RFC 8785): the bytes that are signed."""
        sha256 = self.sha256.hex()
        return f'{{"kind":"{self.kind}","sha256":"{sha256}","subject":"{self.subject}"}}'.encode()

    @property
    def checksum(self) -> bytes:
        """The leaf's checksum: the hash of the message, which is the hash of the record."""
        return hashlib.sha256(hashlib.sha256(self.encoded()).digest()).digest()


def record_of(kind: Kind, subject: str, content: bytes) -> Record:
    """Return the record of `content`."""
    return Record(kind, subject, hashlib.sha256(content).digest())


def read_record(encoded: bytes) -> Record:
    """Return the record that `encoded` writes.

    Raises:
        NotARecord: it is not canonical, or has not exactly the three members in their form.
    """
    written = _RECORD.fullmatch(encoded)
    if written is None:
        raise NotARecord("not the canonical form of exactly kind, sha256 and subject")
    kind, sha256, subject = (part.decode() for part in written.groups())
    if kind not in _KINDS:
        raise NotARecord("the kind is not known")
    return Record(_KINDS[kind], subject, bytes.fromhex(sha256))


@dataclass(frozen=True, slots=True)
class Leaf:
    """A record with its signature and the Ed25519 public key that made it."""

    record: Record
    signature: bytes
    public_key: bytes

    @property
    def key_hash(self) -> bytes:
        """How the leaf names its key."""
        return key_hash(self.public_key)

    def encoded(self) -> bytes:
        """Return the leaf as it stands in the tree: checksum, signature, key hash."""
        return self.record.checksum + self.signature + self.key_hash

    def check_signature(self) -> None:
        """Check that the key signed this record.

        Raises:
            SignatureWrong: it did not.
        """
        check_signature(self.public_key, self.signature, _NAMESPACE + self.record.checksum)


def sign(key: Ed25519PrivateKey, record: Record) -> Leaf:
    """Return the leaf in which `key` signs `record`."""
    signature = key.sign(_NAMESPACE + record.checksum)
    return Leaf(record, signature, key.public_key().public_bytes_raw())


def key_hash(public_key: bytes) -> bytes:
    """Return the SHA-256 of a raw Ed25519 public key, by which leaves and tree heads name it."""
    return hashlib.sha256(public_key).digest()


def is_key(public_key: bytes) -> bool:
    """Return whether these bytes may be anybody's Ed25519 key: none of small order."""
    return len(public_key) == KEY_SIZE_BYTES and public_key not in _SMALL_ORDER


def check_signature(public_key: bytes, signature: bytes, message: bytes) -> None:
    """Check an Ed25519 signature (RFC 8032).

    Raises:
        SignatureWrong: the key did not sign the message, or is no key.
    """
    if not is_key(public_key):
        raise SignatureWrong("no key that could sign one message only")
    try:
        _loaded(public_key).verify(signature, message)
    except (InvalidSignature, ValueError) as wrong:
        raise SignatureWrong("the signature is not by this key") from wrong


# Identity's key stands behind every vote, and a service's behind every record of its own.
@functools.lru_cache(maxsize=64)
def _loaded(public_key: bytes) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(public_key)
