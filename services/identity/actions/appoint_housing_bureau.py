"""Make a phone's account the housing bureau: the first authority, given from a shell only."""

from uuid import uuid4

from services.identity.actions.parts import Parts
from services.identity.domain.account import StaffGrant
from services.identity.domain.roles import Role
from services.identity.store import accounts, staff


async def appoint_housing_bureau(parts: Parts, *, phone: str) -> str:
    """Return the id of the account, made now if needed, that is the housing bureau from now on.

    Doing it again changes nothing.
    """
    now = parts.clock.now()
    role = Role.HOUSING_BUREAU.value
    async with parts.begin() as connection:
        account_id = await accounts.with_phone(
            connection, phone, sealer=parts.sealer, fresh_id=str(uuid4()), now=now
        )
        await staff.lock_grants_of(connection, account_id)
        held = await staff.in_force(connection, account_id=account_id, estate_id=None)
        if role not in {one.role for one in held}:
            grant = StaffGrant(str(uuid4()), None, account_id, role, now)
            await staff.add(connection, grant, granted_by=None)
    return account_id
