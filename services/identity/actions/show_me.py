"""Show a person his own account, masked."""

from services.chassis.callers import Caller
from services.identity.actions.parts import Parts
from services.identity.domain.account import Me
from services.identity.domain.answers import assurance_level
from services.identity.domain.names import masked_name
from services.identity.domain.roles import Role
from services.identity.store import accounts


async def show_me(parts: Parts, caller: Caller) -> Me:
    """Return the caller's level, masked name and roles on every estate."""
    now = parts.clock.now()
    async with parts.begin() as connection:
        actor = await accounts.acting(connection, caller.session)
        roles = await accounts.roles_held(connection, actor.account_id, now=now)
        name = await accounts.proved_name(connection, actor.account_id, sealer=parts.sealer)
    holds_card = any(one.role == Role.OWNER for one in roles)
    level = assurance_level(verified=actor.party_id is not None, holds_card=holds_card)
    return Me(actor.account_id, level, None if name is None else masked_name(name), roles)
