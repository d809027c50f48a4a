"""Routes of device keys: of a main card, of an official, and of both one's own list and its end."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query

from services.chassis.callers import Caller, allow
from services.chassis.once import Once, once_for
from services.chassis.problems import refusals
from services.identity.actions.list_device_keys import list_device_keys
from services.identity.actions.parts import Asked
from services.identity.actions.register_device_key import register_device_key
from services.identity.actions.revoke_device_key import revoke_device_key
from services.identity.api.device_key_bodies import (
    AttestedKeyOut,
    DeviceKeyIn,
    DeviceKeyOut,
    DeviceKeysOut,
)
from services.identity.api.doors import OFFICIALS, EstateId, PartsOf
from services.identity.api.people import main_card_named
from services.identity.api.problems import PROBLEMS
from services.identity.domain import errors
from services.identity.domain.device_key import Revoked

router = APIRouter(tags=["device-keys"], prefix="/v1/estates/{estate_id}")

REGISTERING = (
    errors.SessionEnded,
    errors.DeviceKeyUnusable,
    errors.PossessionNotProved,
    errors.DeviceKeyLimitReached,
    errors.DeviceKeyTaken,
    errors.CodeNotAccepted,
    errors.MessageNotSent,
)

KeyId = Annotated[str, Path(pattern="^[0-9a-f]{64}$", description="密钥 / SHA-256 of the key")]


def key_named(estate_id: EstateId, key_id: KeyId) -> tuple[str, str]:
    """Return the key that the path names, with its estate."""
    return estate_id, key_id


@router.post(
    "/cards/{card_id}/device-keys",
    status_code=201,
    operation_id="register_device_key",
    summary="为业主卡登记投票密钥 / Register a key by which one's main card votes",
    responses=refusals(PROBLEMS, *REGISTERING, errors.CardUnknown, errors.CardNotOnline),
)
async def register_device_key_(
    main: Annotated[tuple[str, str], Depends(main_card_named)],
    body: DeviceKeyIn,
    caller: Annotated[Caller, Depends(allow("owner"))],
    once: Annotated[Once, Depends(once_for(AttestedKeyOut))],
    parts: PartsOf,
) -> AttestedKeyOut:
    """Register the key after a notice to the owner's phone was handed over."""
    wanted = body.registration(*main)
    return AttestedKeyOut.of(await register_device_key(parts, Asked(caller, once), wanted))


@router.post(
    "/staff-keys",
    status_code=201,
    operation_id="register_staff_key",
    summary="登记工作人员录票密钥 / Register a key by which an official enters votes",
    responses=refusals(PROBLEMS, *REGISTERING, errors.NotAnOfficial),
)
async def register_staff_key_(
    estate_id: EstateId,
    body: DeviceKeyIn,
    caller: Annotated[Caller, Depends(allow(*OFFICIALS))],
    once: Annotated[Once, Depends(once_for(AttestedKeyOut))],
    parts: PartsOf,
) -> AttestedKeyOut:
    """Register the key of somebody who may convene on this estate; it lives while his role does."""
    wanted = body.registration(estate_id, None)
    return AttestedKeyOut.of(await register_device_key(parts, Asked(caller, once), wanted))


@router.get(
    "/device-keys",
    operation_id="list_device_keys",
    summary="我的密钥 / One's own keys on an estate",
    responses=refusals(PROBLEMS, errors.SessionEnded),
)
async def list_device_keys_(
    estate_id: EstateId,
    caller: Annotated[Caller, Depends(allow("person"))],
    parts: PartsOf,
) -> DeviceKeysOut:
    """Return keys of cards and of offices, living and revoked; nobody sees another's."""
    keys = await list_device_keys(parts, caller, estate_id=estate_id)
    return DeviceKeysOut(device_keys=[DeviceKeyOut.of(key) for key in keys])


@router.delete(
    "/device-keys/{key_id}",
    status_code=204,
    operation_id="revoke_device_key",
    summary="撤销密钥 / Take one of one's own keys out of use",
    responses=refusals(PROBLEMS, errors.SessionEnded, errors.DeviceKeyUnknown),
)
async def revoke_device_key_(
    named: Annotated[tuple[str, str], Depends(key_named)],
    caller: Annotated[Caller, Depends(allow("person"))],
    once: Annotated[Once, Depends(once_for(None, status=204))],
    parts: PartsOf,
    reason: Annotated[Revoked, Query(description="原因 / why")] = Revoked.NO_LONGER_USED,
) -> None:
    """Revoke the key for ever; tokens that name it run out within two minutes."""
    asked, (estate_id, key_id) = Asked(caller, once), named
    await revoke_device_key(parts, asked, estate_id=estate_id, key_id=key_id, reason=reason)
