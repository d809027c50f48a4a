"""List the caller's device keys on an estate."""

from services.chassis.callers import Caller
from services.identity.actions.parts import Parts
from services.identity.domain.device_key import DeviceKey
from services.identity.store import accounts, device_keys


async def list_device_keys(
    parts: Parts, caller: Caller, *, estate_id: str
) -> tuple[DeviceKey, ...]:
    """Return every key that the caller registered there, revoked ones too."""
    async with parts.begin() as connection:
        actor = await accounts.acting(connection, caller.session)
        return await device_keys.of_account(
            connection, actor.account_id, estate_id=estate_id, sealer=parts.sealer
        )
