"""Exchange a refresh token for fresh tokens, once."""

import secrets

from services.identity.actions.open_session import REFRESH_BYTES, refresh_hash, session_tokens
from services.identity.actions.parts import Parts
from services.identity.domain.account import SessionTokens
from services.identity.domain.errors import RefreshTokenNotAccepted
from services.identity.domain.sign_in import RefreshVerdict, judge_refresh
from services.identity.store import accounts, sign_in


async def renew_session(parts: Parts, *, refresh_token: str) -> SessionTokens:
    """Replace a refresh token by its successor.

    A token that was already replaced is held by two parties; its session ends (RFC 9700, 4.14.2).

    Raises:
        RefreshTokenNotAccepted: unknown, expired, of an ended session, or used before.
    """
    now = parts.clock.now()
    successor = secrets.token_urlsafe(REFRESH_BYTES)
    token_hash = refresh_hash(parts, refresh_token)
    renewed: tuple[str, str] | None = None
    async with parts.begin() as connection:
        held = await sign_in.lock_refresh_token(connection, token_hash)
        verdict = judge_refresh(held, now=now)
        if held is not None and verdict is RefreshVerdict.REUSED:
            await sign_in.end_session(
                connection, held.session_id, reason="refresh token reused", now=now
            )
        elif held is not None and verdict is RefreshVerdict.RENEWED:
            await sign_in.replace_refresh_token(connection, token_hash, now=now)
            await sign_in.add_refresh_token(
                connection,
                refresh_hash(parts, successor),
                session_id=held.session_id,
                generation=held.generation + 1,
                now=now,
            )
            actor = await accounts.acting(connection, held.session_id)
            renewed = (actor.account_id, held.session_id)
    # The refusal comes after the commit, or the family of a reused token would live on.
    if renewed is None:
        raise RefreshTokenNotAccepted
    return session_tokens(parts, *renewed, successor)
