"""Give a verified person a role on an estate."""

from uuid import uuid4

from services.identity.actions.parts import Asked, Parts
from services.identity.domain.account import StaffGrant
from services.identity.domain.errors import (
    AccountUnknown,
    GranteeNotVerified,
    RoleAlreadyGranted,
    RoleNotYoursToGrant,
    SelfGrant,
)
from services.identity.domain.roles import Role, may_grant
from services.identity.store import accounts, estates, staff


async def grant_role(
    parts: Parts, asked: Asked, *, estate_id: str, account_id: str, role: Role
) -> StaffGrant:
    """Write the grant; it works from the next token on.

    Raises:
        RoleNotYoursToGrant: the caller's own role does not give this one.
        SelfGrant: the caller would give it to himself.
        AccountUnknown: no such account.
        GranteeNotVerified: nobody knows who the account is.
        RoleAlreadyGranted: the account holds it.
    """
    async with parts.begin(asked.once) as connection:
        actor = await accounts.acting(connection, asked.caller.session)
        await estates.with_id(connection, estate_id)
        # Not what the token says: a role that was taken back must not live on in those it gave.
        held = await staff.roles_in_force(connection, actor.account_id, estate_id=estate_id)
        if not may_grant(held, role):
            raise RoleNotYoursToGrant
        if account_id == actor.account_id:
            raise SelfGrant
        if not await accounts.is_known(connection, account_id):
            raise AccountUnknown
        if await accounts.party_of(connection, account_id) is None:
            raise GranteeNotVerified
        await staff.lock_grants_of(connection, account_id)
        there = await staff.in_force(connection, account_id=account_id, estate_id=estate_id)
        if role.value in {one.role for one in there}:
            raise RoleAlreadyGranted
        grant = StaffGrant(str(uuid4()), estate_id, account_id, role.value, parts.clock.now())
        await staff.add(connection, grant, granted_by=actor.account_id)
        return await asked.once.keep(connection, grant)
