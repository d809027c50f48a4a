"""Device keys: by which phone an owner votes, and by which key an official enters votes.

A key speaks for one owner or one official on one estate: an owner's for as long as the main card
lasts on which it was registered, an official's as long as his role. It is registered once for ever:
a revoked key does not come back.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.proofs.attestation import Capacity, SignedAttestation
from services.proofs.leaf import key_hash
from services.proofs.possession import act_sha256, registration_document

KEYS_MAX = 10
"""Living keys of an account on one estate: a token for voting names them all within its bounds."""


class Revoked(StrEnum):
    """Why its holder took a key out of use."""

    NO_LONGER_USED = "NO_LONGER_USED"
    DEVICE_LOST = "DEVICE_LOST"
    NOT_MINE = "NOT_MINE"


@dataclass(frozen=True, slots=True)
class KeyRegistration:
    """A key that somebody wants registered, its proof, and the code that confirms it.

    Without a card it is to be the key of an official of the estate.
    """

    estate_id: str
    card_id: str | None
    public_key: bytes
    label: str
    signature: bytes
    code: str

    @property
    def capacity(self) -> Capacity:
        """As what the key will sign."""
        return Capacity.OFFICIAL if self.card_id is None else Capacity.OWNER

    @property
    def document(self) -> bytes:
        """What the key must have signed."""
        holding = self.card_id or self.estate_id
        return registration_document(
            estate_id=self.estate_id, holding=holding, public_key=self.public_key
        )

    @property
    def act_sha256(self) -> bytes:
        """What the code must have been sent for."""
        return act_sha256(self.document)

    @property
    def key_id(self) -> str:
        """How votes, tokens and leaves name the key."""
        return key_hash(self.public_key).hex()


@dataclass(frozen=True, slots=True)
class DeviceKey:
    """A registered key as its holder sees it; `registered_at` is to the second."""

    key_id: str
    capacity: Capacity
    card_id: str | None
    label: str
    registered_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class AttestedKey:
    """A key that was just registered, with identity's word on whose it is.

    Its label is not among what is answered: answers are kept as they are, and people write names
    into labels.
    """

    key_id: str
    registered_at: datetime
    attestation: SignedAttestation
