"""Who stands behind a key: identity's signed word that a device key belongs to a holder.

The holder is a pseudonym that only voting knows. An owner's key signs his own votes; an official's
key signs votes that were given on paper or by telephone, and nothing else.
"""

import contextlib
import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.proofs.canonical import canonical
from services.proofs.leaf import SignatureWrong, check_signature
from services.proofs.refuted import Refuted

_NAMESPACE = b"owner-card/v1/device-key\x00"
_VERSION = 1
# All members stand in the order of their names, and no text in them needs an escape, so this is
# the one canonical form.
_FORM = re.compile(
    r'\{"capacity":"(OWNER|OFFICIAL)","estate_id":"([^"\\\x00-\x1f]*)",'
    r'"holder":"([^"\\\x00-\x1f]*)","public_key":"([0-9a-f]{64})",'
    r'"registered_at":"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z)",'
    rf'"version":{_VERSION}\}}'
)


class Capacity(StrEnum):
    """As what somebody signs."""

    OWNER = "OWNER"
    OFFICIAL = "OFFICIAL"


class NotAnAttestation(Refuted):
    """The bytes are no attestation in its one canonical form."""


@dataclass(frozen=True, slots=True)
class Attestation:
    """One key of one holder on one estate; `registered_at` is UTC to the second."""

    estate_id: str
    holder: str
    capacity: Capacity
    public_key: bytes
    registered_at: str

    def encoded(self) -> bytes:
        """Return the attestation in canonical JSON (RFC 8785): the bytes that are signed."""
        return canonical(
            {
                "capacity": self.capacity.value,
                "estate_id": self.estate_id,
                "holder": self.holder,
                "public_key": self.public_key.hex(),
                "registered_at": self.registered_at,
                "version": _VERSION,
            }
        )


@dataclass(frozen=True, slots=True)
class SignedAttestation:
    """An attestation as it was written, with identity's signature."""

    document: bytes
    signature: bytes

    def read(self, attesters: frozenset[bytes]) -> Attestation:
        """Return what is attested, if one of the `attesters` (raw public keys) signed it.

        Raises:
            NotAnAttestation: it is malformed.
            SignatureWrong: none of them signed it.
        """
        attestation = read_attestation(self.document)
        _check_any(attesters, self.signature, _NAMESPACE + self.document)
        return attestation


def attest(key: Ed25519PrivateKey, attestation: Attestation) -> SignedAttestation:
    """Return the attestation signed by identity's key."""
    document = attestation.encoded()
    return SignedAttestation(document, key.sign(_NAMESPACE + document))


def read_attestation(document: bytes) -> Attestation:
    """Return the attestation that `document` writes, whoever signed it.

    Raises:
        NotAnAttestation: it is not canonical, or has not exactly the members in their form.
    """
    try:
        written = _FORM.fullmatch(document.decode())
    except UnicodeDecodeError as refused:
        raise NotAnAttestation("no UTF-8") from refused
    if written is None:
        raise NotAnAttestation("not the canonical form of exactly the members, each in its form")
    capacity, estate_id, holder, public_key, registered_at = written.groups()
    if not _is_instant(registered_at):
        raise NotAnAttestation("registered_at is no instant of any calendar")
    return Attestation(
        estate_id=estate_id,
        holder=holder,
        capacity=Capacity(capacity),
        public_key=bytes.fromhex(public_key),
        registered_at=registered_at,
    )


def _is_instant(written: str) -> bool:
    try:
        datetime.fromisoformat(written)
    except ValueError:
        return False
    return True


def _check_any(keys: frozenset[bytes], signature: bytes, message: bytes) -> None:
    for key in keys:
        with contextlib.suppress(SignatureWrong):
            return check_signature(key, signature, message)
    raise SignatureWrong("no trusted attester signed it")
