"""Codes that confirm one act of one account; none is stored as it was sent."""

from datetime import datetime

from sqlalchemy import insert, select, text, update

from services.chassis.database import Connection
from services.identity.domain.sign_in import CODE_LIFE, SentCode
from services.identity.domain.step_up import Act
from services.identity.store.tables import step_up_codes


async def sent_since(connection: Connection, account_id: str, *, since: datetime) -> list[datetime]:
    """Return when codes were sent to an account; its other requests for one wait for this one."""
    lock = text("SELECT pg_advisory_xact_lock(hashtextextended(:account, 5))")
    await connection.execute(lock, {"account": account_id})
    query = select(step_up_codes.c.sent_at).where(
        step_up_codes.c.account_id == account_id, step_up_codes.c.sent_at > since
    )
    return list((await connection.execute(query)).scalars())


async def add(
    connection: Connection, code: SentCode, *, account_id: str, act: tuple[Act, bytes]
) -> None:
    """Keep a code that is about to be sent; `act` is the kind of act and its hash."""
    statement = insert(step_up_codes).values(
        id=code.code_id,
        account_id=account_id,
        act=act[0].value,
        act_sha256=act[1],
        code_hash=code.code_hash,
        sent_at=code.expires_at - CODE_LIFE,
        expires_at=code.expires_at,
        tries=code.tries,
    )
    await connection.execute(statement)


async def lock_latest(
    connection: Connection, account_id: str, *, act: tuple[Act, bytes]
) -> SentCode | None:
    """Return the last code for an act of an account; guesses at it come one after the other."""
    query = (
        select(step_up_codes)
        .where(
            step_up_codes.c.account_id == account_id,
            step_up_codes.c.act == act[0].value,
            step_up_codes.c.act_sha256 == act[1],
        )
        .order_by(step_up_codes.c.sent_at.desc(), step_up_codes.c.id)
        .limit(1)
        .with_for_update()
    )
    row = (await connection.execute(query)).one_or_none()
    if row is None:
        return None
    return SentCode(row.id, row.code_hash, row.expires_at, row.tries, row.used_at is not None)


async def count_wrong(connection: Connection, code: SentCode) -> None:
    """Write that somebody guessed at a code and was wrong."""
    await _change(connection, code, tries=code.tries + 1)


async def use(connection: Connection, code: SentCode, *, now: datetime) -> None:
    """Write that a code confirmed its act; it confirms nothing again."""
    await _change(connection, code, used_at=now)


async def _change(connection: Connection, code: SentCode, **values: object) -> None:
    statement = update(step_up_codes).where(step_up_codes.c.id == code.code_id).values(values)
    await connection.execute(statement)
