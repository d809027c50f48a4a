"""The public route by which anybody learns which keys may say whose a device key is."""

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import Field

from services.chassis.callers import public
from services.identity.api.device_key_bodies import Sha256
from services.identity.api.doors import BodyOut, PartsOf

router = APIRouter(tags=["device-keys"])


class AttestersOut(BodyOut):
    """Raw Ed25519 public keys; the first attests now, the others still count."""

    attesters: Annotated[list[Sha256], Field(min_length=1)]


@router.get(
    "/v1/attesters",
    operation_id="list_attesters",
    summary="密钥证明方公钥 / Keys that attest device keys, for a verifier to pin",
    dependencies=[Depends(public())],
)
async def list_attesters(parts: PartsOf) -> AttestersOut:
    """Show the keys that a verifier hands to `check … --attester`."""
    return AttestersOut(attesters=list(parts.attesters.public_keys))
