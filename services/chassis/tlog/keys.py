"""The two Ed25519 keys of each estate's log, derived from one seed of the service.

The tree key names the log and signs its checkpoints; the record key signs what the service itself
puts into it. Deriving them keeps a city's thousands of logs from needing thousands of key files;
losing the seed would end every log, so it is backed up like the sealing keys.
"""

import functools
import uuid
from dataclasses import dataclass
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from services.proofs.checkpoint import Checkpoint, cosign, log_key, sign_checkpoint
from services.proofs.leaf import Kind, Leaf, check_signature, record_of, sign
from services.proofs.note import KeyType, VerifierKey

SEED_SIZE_BYTES = 32
_SALT = b"owner-card/v1/log-keys"
_STATEMENT = b"owner-card/v1/log-statement\x00"


@dataclass(frozen=True)
class EstateKeys:
    """The keys of one estate's log in one service."""

    tree: Ed25519PrivateKey
    record: Ed25519PrivateKey

    @functools.cached_property
    def log_key(self) -> VerifierKey:
        """By which anybody verifies a checkpoint; its name is the log's origin."""
        return log_key(self.tree.public_key().public_bytes_raw())

    @functools.cached_property
    def record_key(self) -> bytes:
        """The raw public key that signs the service's own records."""
        return self.record.public_key().public_bytes_raw()

    @functools.cached_property
    def time_key(self) -> VerifierKey:
        """By which anybody verifies when a checkpoint was made."""
        return VerifierKey(f"{self.log_key.name}/time", KeyType.COSIGNATURE, self.record_key)

    def sign_content(self, kind: Kind, subject: str, content: bytes) -> Leaf:
        """Return the leaf in which the service itself vouches for a content."""
        return sign(self.record, record_of(kind, subject, content))

    def sign_statement(self, document: bytes) -> bytes:
        """Return the record key's signature under what the service says about its log itself."""
        return self.record.sign(_STATEMENT + document)

    def check_statement(self, document: bytes, signature: bytes) -> None:
        """Check that the service said this about its log.

        Raises:
            SignatureWrong: it did not.
        """
        check_signature(self.record_key, signature, _STATEMENT + document)

    def checkpoint(self, size: int, root: bytes, at: datetime) -> Checkpoint:
        """Return the signed checkpoint of `size` and `root`, with its time to the second."""
        signed = sign_checkpoint(self.tree, size, root)
        name = self.time_key.name
        return signed.with_signatures(
            [cosign(self.record, name, signed, posix_time=int(at.timestamp()))]
        )


class LogKeys:
    """Derives the keys of every estate's log (HKDF, RFC 5869)."""

    def __init__(self, service: str, seed: bytes) -> None:
        """Take the seed of the logs of `service`.

        Raises:
            ValueError: it has not 32 bytes.
        """
        if len(seed) != SEED_SIZE_BYTES:
            raise ValueError("the seed of the log keys has 32 bytes")
        self.service = service
        self._seed = seed
        self.of = functools.lru_cache(maxsize=4096)(self._of)

    def _of(self, estate_id: str) -> EstateKeys:
        """Return the keys of one estate's log.

        Raises:
            ValueError: the id is not in the one spelling; another would lead to other keys.
        """
        if str(uuid.UUID(estate_id)) != estate_id:
            raise ValueError("an estate is named by a UUID in lower case")
        return EstateKeys(self._derived(estate_id, "tree"), self._derived(estate_id, "record"))

    def _derived(self, estate_id: str, purpose: str) -> Ed25519PrivateKey:
        context = f"{self.service}/{estate_id}/{purpose}".encode()
        derived = HKDF(SHA256(), SEED_SIZE_BYTES, _SALT, context).derive(self._seed)
        return Ed25519PrivateKey.from_private_bytes(derived)
