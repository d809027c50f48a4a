"""Sign in with the code that a phone received."""

import secrets
from uuid import uuid4

from services.identity.actions.parts import Parts
from services.identity.domain.account import SessionTokens
from services.identity.domain.errors import CodeNotAccepted
from services.identity.store import accounts, sign_in

ACCESS_SECONDS = 600
REFRESH_BYTES = 32


async def open_session(parts: Parts, *, phone: str, code: str) -> SessionTokens:
    """Begin a session for the phone's account, made now if the phone is new.

    Raises:
        CodeNotAccepted: the code is wrong, used, too old or tried too often.
    """
    now = parts.clock.now()
    index = accounts.phone_index(parts.sealer, phone)
    session_id, refresh_token = str(uuid4()), secrets.token_urlsafe(REFRESH_BYTES)
    account_id = None
    async with parts.begin() as connection:
        sent = await sign_in.lock_latest_code(connection, index)
        if sent is not None:
            given = parts.sealer.index(f"{sent.code_id}:{code}", purpose="sign-in code")
            good = sent.accepts(given, now=now)
            await sign_in.count_try(connection, sent, used_at=now if good else None)
            if good:
                account_id = await accounts.with_phone(
                    connection, phone, sealer=parts.sealer, fresh_id=str(uuid4()), now=now
                )
                await sign_in.start_session(connection, session_id, account_id=account_id, now=now)
                token_hash = refresh_hash(parts, refresh_token)
                await sign_in.add_refresh_token(
                    connection, token_hash, session_id=session_id, generation=1, now=now
                )
    # The refusal comes after the commit, or the try would not be counted.
    if account_id is None:
        raise CodeNotAccepted
    return session_tokens(parts, account_id, session_id, refresh_token)


def refresh_hash(parts: Parts, refresh_token: str) -> bytes:
    """Return the keyed hash under which a refresh token is kept."""
    return parts.sealer.index(refresh_token, purpose="refresh token")


def session_tokens(
    parts: Parts, account_id: str, session_id: str, refresh_token: str
) -> SessionTokens:
    """Return what the app gets: an access token that says nothing about the person."""
    claims = {
        "sub": parts.pseudonyms.of("gateway", account_id),
        "aud": "gateway",
        "sid": session_id,
    }
    token = parts.signer.mint(claims, typ="at+jwt", seconds=ACCESS_SECONDS)
    return SessionTokens(token, ACCESS_SECONDS, refresh_token)
