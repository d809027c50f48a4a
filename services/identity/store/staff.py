"""Roles that were given on estates, and taken back; both are rows that stay."""

from datetime import datetime

from sqlalchemy import ColumnElement, Row, exists, insert, select, text

from services.chassis.database import Connection
from services.identity.domain.account import StaffGrant
from services.identity.store.tables import staff_grants, staff_revocations


async def lock_grants_of(connection: Connection, account_id: str) -> None:
    """Let other changes of this account's roles wait for this transaction."""
    lock = text("SELECT pg_advisory_xact_lock(hashtextextended(:account, 2))")
    await connection.execute(lock, {"account": account_id})


async def add(connection: Connection, grant: StaffGrant, *, granted_by: str | None) -> None:
    """Keep a grant; nobody stands behind the first one of the housing bureau."""
    statement = insert(staff_grants).values(
        id=grant.grant_id,
        estate_id=grant.estate_id,
        account_id=grant.account_id,
        role=grant.role,
        granted_by=granted_by,
        granted_at=grant.granted_at,
    )
    await connection.execute(statement)


async def in_force(
    connection: Connection, *, account_id: str, estate_id: str | None
) -> tuple[StaffGrant, ...]:
    """Return the grants of an account on one estate, or those that hold everywhere."""
    place = (
        staff_grants.c.estate_id.is_(None)
        if estate_id is None
        else staff_grants.c.estate_id == estate_id
    )
    return await _matching(connection, (staff_grants.c.account_id == account_id) & place)


async def roles_in_force(
    connection: Connection, account_id: str, *, estate_id: str
) -> frozenset[str]:
    """Return the granted roles of an account that hold on an estate at this moment."""
    places = (None, estate_id)
    found = [await in_force(connection, account_id=account_id, estate_id=one) for one in places]
    return frozenset(grant.role for grants in found for grant in grants)


async def on_estate(connection: Connection, estate_id: str) -> tuple[StaffGrant, ...]:
    """Return all grants in force on an estate."""
    return await _matching(connection, staff_grants.c.estate_id == estate_id)


async def with_id(connection: Connection, grant_id: str, *, estate_id: str) -> StaffGrant | None:
    """Return a grant in force on an estate."""
    found = await _matching(
        connection, (staff_grants.c.id == grant_id) & (staff_grants.c.estate_id == estate_id)
    )
    return found[0] if found else None


async def revoke(
    connection: Connection, grant: StaffGrant, *, revoked_by: str, now: datetime
) -> None:
    """Write that a grant ended."""
    statement = insert(staff_revocations).values(
        grant_id=grant.grant_id, revoked_by=revoked_by, revoked_at=now
    )
    await connection.execute(statement)


async def _matching(connection: Connection, which: ColumnElement[bool]) -> tuple[StaffGrant, ...]:
    revoked = exists().where(staff_revocations.c.grant_id == staff_grants.c.id)
    query = (
        select(staff_grants)
        .where(which, ~revoked)
        .order_by(staff_grants.c.granted_at, staff_grants.c.id)
    )
    return tuple(_grant(row) for row in await connection.execute(query))


def _grant(row: Row[tuple[object, ...]]) -> StaffGrant:
    return StaffGrant(row.id, row.estate_id, row.account_id, row.role, row.granted_at)
