"""Bodies about device keys and the codes that confirm them; bytes are lower-case hexadecimal."""

from typing import Annotated, Self

from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints

from services.identity.api.doors import BodyIn, BodyOut
from services.identity.domain.device_key import AttestedKey, DeviceKey, KeyRegistration
from services.identity.domain.step_up import Act
from services.proofs.attestation import Capacity, SignedAttestation

Sha256 = Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")]
PublicKey = Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")]
Signature = Annotated[str, StringConstraints(pattern="^[0-9a-f]{128}$")]


def _printable(text: str) -> str:
    if not text.isprintable():
        raise ValueError("a label has no control characters")
    return text


class StepUpCodeIn(BodyIn):
    """What is to be confirmed: the kind of act, and the SHA-256 of its document."""

    act: Annotated[Act, Field(strict=False)]
    act_sha256: Sha256


class StepUpCodeOut(BodyOut):
    """How long the code is good."""

    expires_in: int = Field(examples=[600])

    @classmethod
    def of(cls, seconds: int) -> Self:
        """Return the body for a life of so many seconds."""
        return cls(expires_in=seconds)


class DeviceKeyIn(BodyIn):
    """A new Ed25519 key, its proof of possession, and the code that was sent for it.

    `signature` is over `owner-card/v1/register-device-key`, a NUL byte, and the registration
    document: the canonical JSON (RFC 8785) of `act`, `estate_id`, `holding` and `public_key`.
    """

    public_key: PublicKey
    label: Annotated[
        str,
        StringConstraints(min_length=1, max_length=60, strip_whitespace=True),
        AfterValidator(_printable),
    ] = Field(examples=["我的手机"])
    signature: Signature
    step_up_code: Annotated[str, StringConstraints(pattern="^[0-9]{6}$")] = Field(
        examples=["012345"]
    )

    def registration(self, estate_id: str, card_id: str | None) -> KeyRegistration:
        """Return the registration that the body asks for, on a card or as an official."""
        return KeyRegistration(
            estate_id=estate_id,
            card_id=card_id,
            public_key=bytes.fromhex(self.public_key),
            label=self.label,
            signature=bytes.fromhex(self.signature),
            code=self.step_up_code,
        )


class AttestationOut(BodyOut):
    """Identity's signed word that the key belongs to its holder; a vote is sent with it."""

    document: str
    signature: str

    @classmethod
    def of(cls, attestation: SignedAttestation) -> Self:
        """Return the body for `attestation`."""
        return cls(document=attestation.document.decode(), signature=attestation.signature.hex())


class AttestedKeyOut(BodyOut):
    """A key that was just registered; keep the attestation with it."""

    key_id: Sha256
    registered_at: AwareDatetime
    attestation: AttestationOut

    @classmethod
    def of(cls, attested: AttestedKey) -> Self:
        """Return the body for `attested`."""
        return cls(
            key_id=attested.key_id,
            registered_at=attested.registered_at,
            attestation=AttestationOut.of(attested.attestation),
        )


class DeviceKeyOut(BodyOut):
    """One of one's own keys; an official's has no card."""

    key_id: Sha256
    capacity: Capacity
    card_id: str | None
    label: str
    registered_at: AwareDatetime
    revoked_at: AwareDatetime | None

    @classmethod
    def of(cls, key: DeviceKey) -> Self:
        """Return the body for `key`."""
        return cls(
            key_id=key.key_id,
            capacity=key.capacity,
            card_id=key.card_id,
            label=key.label,
            registered_at=key.registered_at,
            revoked_at=key.revoked_at,
        )


class DeviceKeysOut(BodyOut):
    """One's own keys on an estate, the oldest first."""

    device_keys: list[DeviceKeyOut]
