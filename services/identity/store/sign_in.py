"""Codes, sessions and refresh tokens: none is stored as it was given out."""

from datetime import datetime

from sqlalchemy import insert, select, text, update

from services.chassis.database import Connection
from services.identity.domain.sign_in import CODE_LIFE, REFRESH_LIFE, RefreshToken, SentCode
from services.identity.store.tables import refresh_tokens, sessions, sign_in_codes


async def sent_since(
    connection: Connection, phone_index: bytes, *, since: datetime
) -> list[datetime]:
    """Return when codes were sent to a phone; the phone's other requests wait for this one."""
    lock = text("SELECT pg_advisory_xact_lock(hashtextextended(encode(:phone, 'hex'), 1))")
    await connection.execute(lock, {"phone": phone_index})
    query = select(sign_in_codes.c.sent_at).where(
        sign_in_codes.c.phone_index == phone_index, sign_in_codes.c.sent_at > since
    )
    return list((await connection.execute(query)).scalars())


async def add_code(
    connection: Connection, code_id: str, *, phone_index: bytes, code_hash: bytes, now: datetime
) -> None:
    """Keep a code that is about to be sent."""
    statement = insert(sign_in_codes).values(
        id=code_id,
        phone_index=phone_index,
        code_hash=code_hash,
        sent_at=now,
        expires_at=now + CODE_LIFE,
        tries=0,
    )
    await connection.execute(statement)


async def lock_latest_code(connection: Connection, phone_index: bytes) -> SentCode | None:
    """Return the last code of a phone; guesses at it come one after the other."""
    query = (
        select(sign_in_codes)
        .where(sign_in_codes.c.phone_index == phone_index)
        .order_by(sign_in_codes.c.sent_at.desc(), sign_in_codes.c.id)
        .limit(1)
        .with_for_update()
    )
    row = (await connection.execute(query)).one_or_none()
    if row is None:
        return None
    return SentCode(row.id, row.code_hash, row.expires_at, row.tries, row.used_at is not None)


async def count_try(connection: Connection, code: SentCode, *, used_at: datetime | None) -> None:
    """Write that a code was tried, and used if it was right."""
    statement = (
        update(sign_in_codes)
        .where(sign_in_codes.c.id == code.code_id)
        .values(tries=code.tries + 1, used_at=used_at)
    )
    await connection.execute(statement)


async def start_session(
    connection: Connection, session_id: str, *, account_id: str, now: datetime
) -> None:
    """Begin a session, which is a family of refresh tokens."""
    statement = insert(sessions).values(id=session_id, account_id=account_id, started_at=now)
    await connection.execute(statement)


async def end_session(
    connection: Connection, session_id: str, *, reason: str, now: datetime
) -> None:
    """End a session, and with it its whole family of refresh tokens."""
    statement = (
        update(sessions)
        .where(sessions.c.id == session_id, sessions.c.ended_at.is_(None))
        .values(ended_at=now, end_reason=reason)
    )
    await connection.execute(statement)


async def add_refresh_token(
    connection: Connection, token_hash: bytes, *, session_id: str, generation: int, now: datetime
) -> None:
    """Keep the hash of a new refresh token of a session."""
    statement = insert(refresh_tokens).values(
        token_hash=token_hash,
        session_id=session_id,
        generation=generation,
        issued_at=now,
        expires_at=now + REFRESH_LIFE,
    )
    await connection.execute(statement)


async def lock_refresh_token(connection: Connection, token_hash: bytes) -> RefreshToken | None:
    """Return the stored token; presentations of one family come one after the other."""
    query = (
        select(refresh_tokens, sessions.c.ended_at)
        .join(sessions, sessions.c.id == refresh_tokens.c.session_id)
        .where(refresh_tokens.c.token_hash == token_hash)
        .with_for_update()
    )
    row = (await connection.execute(query)).one_or_none()
    if row is None:
        return None
    return RefreshToken(
        session_id=row.session_id,
        generation=row.generation,
        expires_at=row.expires_at,
        replaced=row.replaced_at is not None,
        session_ended=row.ended_at is not None,
    )


async def replace_refresh_token(
    connection: Connection, token_hash: bytes, *, now: datetime
) -> None:
    """Write that a refresh token was used."""
    statement = (
        update(refresh_tokens)
        .where(refresh_tokens.c.token_hash == token_hash)
        .values(replaced_at=now)
    )
    await connection.execute(statement)
