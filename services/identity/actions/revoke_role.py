"""Take a role back."""

from services.identity.actions.parts import Asked, Parts
from services.identity.domain.errors import GrantUnknown, RoleNotYoursToGrant
from services.identity.domain.roles import Role, may_grant
from services.identity.store import accounts, staff


async def revoke_role(parts: Parts, asked: Asked, *, estate_id: str, grant_id: str) -> None:
    """End a grant; tokens that carry the role run out within two minutes.

    Raises:
        GrantUnknown: no grant in force on this estate has the id.
        RoleNotYoursToGrant: who may not give a role may not take it.
    """
    async with parts.begin(asked.once) as connection:
        actor = await accounts.acting(connection, asked.caller.session)
        grant = await staff.with_id(connection, grant_id, estate_id=estate_id)
        if grant is None:
            raise GrantUnknown
        held = await staff.roles_in_force(connection, actor.account_id, estate_id=estate_id)
        if not may_grant(held, Role(grant.role)):
            raise RoleNotYoursToGrant
        await staff.lock_grants_of(connection, grant.account_id)
        if await staff.with_id(connection, grant_id, estate_id=estate_id) is None:
            raise GrantUnknown
        await staff.revoke(connection, grant, revoked_by=actor.account_id, now=parts.clock.now())
        await asked.once.keep(connection, None)
