"""Phones of made-up owners and desks of made-up officials: keys, and what they sign with them."""

import hashlib
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.proofs.attestation import Attestation, Capacity, SignedAttestation, attest
from services.proofs.leaf import Kind, Leaf, record_of, sign
from tests.voting.fakes import ATTESTER

REGISTERED_AT = "2026-03-20T02:39:00Z"


@dataclass(frozen=True)
class Device:
    """A key, and identity's word on whose it is."""

    key: Ed25519PrivateKey
    attestation: SignedAttestation
    registered: frozenset[str] = field(default_factory=frozenset)

    @property
    def public_key(self) -> bytes:
        return self.key.public_key().public_bytes_raw()

    def sign(self, ballot_id: str, document: bytes) -> Leaf:
        """Return the leaf in which the device signs a vote document."""
        return sign(self.key, record_of(Kind.VOTE, ballot_id, document))

    def body(self, ballot_id: str, document: bytes) -> dict[str, object]:
        """Return what an app sends."""
        word = self.attestation
        return {
            "document": document.decode(errors="replace"),
            "signature": self.sign(ballot_id, document).signature.hex(),
            "key": {"document": word.document.decode(), "signature": word.signature.hex()},
        }


def device(
    estate_id: str,
    holder: str,
    capacity: Capacity = Capacity.OWNER,
    *,
    number: int = 1,
    attester: Ed25519PrivateKey = ATTESTER,
) -> Device:
    """Return the same device for the same words; each `number` is another one of its holder."""
    seed = hashlib.sha256(f"{estate_id} {holder} {capacity} {number}".encode()).digest()
    key = Ed25519PrivateKey.from_private_bytes(seed)
    public_key = key.public_key().public_bytes_raw()
    attestation = Attestation(estate_id, holder, capacity, public_key, REGISTERED_AT)
    word = attest(attester, attestation)
    return Device(key, word, frozenset({hashlib.sha256(public_key).hexdigest()}))
