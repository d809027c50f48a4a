"""Sign out."""

from services.identity.actions.parts import Asked, Parts
from services.identity.store import accounts, sign_in


async def end_session(parts: Parts, asked: Asked) -> None:
    """End the caller's session; its tokens are refused from the next exchange on."""
    session_id = asked.caller.session
    async with parts.begin(asked.once) as connection:
        await accounts.acting(connection, session_id)
        assert session_id is not None
        await sign_in.end_session(
            connection, session_id, reason="signed out", now=parts.clock.now()
        )
        await asked.once.keep(connection, None)
