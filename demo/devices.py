"""What an owner's app does with its key: make it, register it, sign votes with it."""

import json
import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from demo.door import Door
from demo.people import Outside
from demo.sheets import Owner
from services.proofs.canonical import canonical
from services.proofs.leaf import Kind, record_of, sign
from services.proofs.possession import ACT, act_sha256, prove_possession, registration_document


@dataclass(frozen=True)
class Device:
    """A phone's key, and identity's word on whose it is."""

    key: Ed25519PrivateKey
    attestation: Mapping[str, str]

    @property
    def public_key(self) -> bytes:
        """Return the raw public key."""
        return self.key.public_key().public_bytes_raw()

    def signed(self, document: Mapping[str, Any]) -> bytes:
        """Return a vote document signed, as the body that voting takes."""
        return self.signed_bytes(str(document["ballot_id"]), canonical(document))

    def signed_bytes(self, ballot_id: str, content: bytes) -> bytes:
        """Return the bytes of a vote document signed, whatever they say."""
        leaf = sign(self.key, record_of(Kind.VOTE, ballot_id, content))
        body = {
            "document": content.decode(errors="replace"),
            "signature": leaf.signature.hex(),
            "key": dict(self.attestation),
        }
        return json.dumps(body).encode()


async def register_card_key(
    door: Door, outside: Outside, estate_id: str, owner: Owner, card_id: str
) -> Device:
    """Make a key on an owner's phone and register it for a main card of his."""
    path = f"/v1/estates/{estate_id}/cards/{card_id}/device-keys"
    return await _register(door, outside, owner, estate_id, holding=card_id, path=path)


async def register_staff_key(
    door: Door, outside: Outside, estate_id: str, official: Owner
) -> Device:
    """Make an official's key, which signs votes that were given on paper or by telephone."""
    path = f"/v1/estates/{estate_id}/staff-keys"
    return await _register(door, outside, official, estate_id, holding=estate_id, path=path)


async def _register(  # noqa: PLR0913 - who registers, where, for what
    door: Door, outside: Outside, person: Owner, estate_id: str, *, holding: str, path: str
) -> Device:
    key = Ed25519PrivateKey.generate()
    public_key = key.public_key().public_bytes_raw()
    document = registration_document(estate_id=estate_id, holding=holding, public_key=public_key)
    act = {"act": ACT, "act_sha256": act_sha256(document).hex()}
    await door.send("POST", "/v1/step-up-codes", person.access, act)
    body = {
        "public_key": public_key.hex(),
        "label": "手机 / phone",
        "signature": prove_possession(key, document).hex(),
        "step_up_code": await outside.code_for(person.phone),
    }
    registered = await door.send("POST", path, person.access, body)
    return Device(key, registered["attestation"])


def vote_document(
    ballot_id: str, entry_id: str, choices: Mapping[str, str], *, evidence_sha256: str | None = None
) -> dict[str, Any]:
    """Return a vote document: of a phone, or, with the hash of its scan, of a paper."""
    document: dict[str, Any] = {
        "ballot_id": ballot_id,
        "channel": "PHONE",
        "choices": dict(choices),
        "entry_id": entry_id,
        "salt": secrets.token_hex(32),
        "vote_id": str(uuid.uuid4()),
    }
    if evidence_sha256 is not None:
        document |= {"channel": "PAPER", "evidence_sha256": evidence_sha256}
    return document
