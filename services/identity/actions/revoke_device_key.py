"""Take one of one's own device keys out of use."""

from uuid import uuid4

from services.chassis.database import Connection
from services.identity.actions.parts import Asked, Parts
from services.identity.domain.device_key import Revoked
from services.identity.domain.errors import DeviceKeyUnknown, MessageNotSent
from services.identity.store import accounts, device_keys

NOTICE = (
    "【电子业主卡】您登记的一个投票密钥已被撤销，不能再用于投票。如非本人操作，请立即联系居委会。"
)


async def revoke_device_key(
    parts: Parts, asked: Asked, *, estate_id: str, key_id: str, reason: Revoked
) -> None:
    """Revoke the key, whether or not its holder can be sent a notice of it.

    Tokens that name the key run out within two minutes. No code is asked for: revoking only takes
    away, and whoever lost his phone has nothing to receive one with.

    Raises:
        DeviceKeyUnknown: the caller has no such living key on this estate.
    """
    async with parts.begin(asked.once) as connection:
        account_id = await _holder_of(connection, asked, estate_id=estate_id, key_id=key_id)
        phone = await accounts.phone_of(connection, account_id, sealer=parts.sealer)
    now = parts.clock.now()
    try:
        # A reference of its own: the key's would tell the sender of messages whose votes are whose.
        await parts.messages.send(phone=phone, text=NOTICE, reference=str(uuid4()))
        noticed_at = parts.clock.now()
    except MessageNotSent:
        noticed_at = None
    async with parts.begin(asked.once) as connection:
        await _holder_of(connection, asked, estate_id=estate_id, key_id=key_id)
        if not await device_keys.revoke(
            connection, key_id, reason=reason, noticed_at=noticed_at, now=now
        ):
            raise DeviceKeyUnknown
        await asked.once.keep(connection, None)


async def _holder_of(connection: Connection, asked: Asked, *, estate_id: str, key_id: str) -> str:
    actor = await accounts.acting(connection, asked.caller.session)
    account_id = actor.account_id
    if not await device_keys.is_living(
        connection, key_id, account_id=account_id, estate_id=estate_id
    ):
        raise DeviceKeyUnknown
    return account_id
