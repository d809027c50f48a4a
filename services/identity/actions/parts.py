"""What the actions of identity are made of; built once, in `main`."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.chassis.callers import Caller
from services.chassis.clock import Clock
from services.chassis.database import Begin
from services.chassis.once import Once
from services.chassis.sealing import Sealer
from services.chassis.tokens import Signer
from services.identity.clients.messages import Messages
from services.identity.clients.property_registry import PropertyRegistry
from services.identity.clients.real_name import RealName
from services.identity.domain.pseudonym import Pseudonyms
from services.proofs.attestation import Attestation, SignedAttestation, attest


@dataclass(frozen=True)
class Attesters:
    """The keys by which identity says whose a device key is: the first signs, all are trusted."""

    keys: tuple[Ed25519PrivateKey, ...] = field(repr=False)

    def __post_init__(self) -> None:
        if not self.keys:
            raise ValueError("at least one attestation key is needed")

    @classmethod
    def of_seeds(cls, *seeds: bytes) -> Self:
        """Return the attesters whose keys have these 32-byte seeds."""
        return cls(tuple(Ed25519PrivateKey.from_private_bytes(seed) for seed in seeds))

    @property
    def public_keys(self) -> tuple[str, ...]:
        """The raw public keys in hexadecimal, as ballots freeze them."""
        return tuple(key.public_key().public_bytes_raw().hex() for key in self.keys)

    def attest(self, attestation: Attestation) -> SignedAttestation:
        """Return the attestation signed by the key that signs now."""
        return attest(self.keys[0], attestation)


@dataclass(frozen=True)
class Parts:
    """Handed to every action. `read_outside` reads a token that this service gave to an app."""

    begin: Begin
    clock: Clock
    sealer: Sealer
    pseudonyms: Pseudonyms
    attesters: Attesters
    signer: Signer
    read_outside: Callable[[str], dict[str, Any]]
    real_name: RealName
    property_registry: PropertyRegistry
    messages: Messages


@dataclass(frozen=True)
class Asked:
    """Who asks for a change, and the key by which asking again is the same request."""

    caller: Caller
    once: Once
