"""Forget what a client was, once he may have become somebody else."""

from services.gateway.actions.parts import Parts
from services.gateway.domain.bearer import bearer_of
from services.gateway.domain.routing import Found


async def forget_tokens(parts: Parts, found: Found, authorization: tuple[bytes, ...]) -> None:
    """Let the client's next requests fetch inside tokens anew, after what may change his roles.

    Whoever has just proved his name, claimed a card or signed out would otherwise be refused, or
    let in, by the roles of two minutes ago.
    """
    outside = bearer_of(authorization)
    if outside is not None and found.operation.may_change_roles:
        changes = parts.memory.changes.find(outside) or 0
        parts.memory.changes.keep(outside, changes + 1)
