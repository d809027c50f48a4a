"""Estates, their policies for the electorate, and how far their registers are."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, insert, select

from services.chassis.database import Connection
from services.identity.domain.electorate import ElectoratePolicy, SameOwnerRule
from services.identity.domain.errors import EstateUnknown
from services.identity.domain.estate import Estate, GoverningBody, RegisterVersion, SignOff
from services.identity.store.tables import (
    electorate_policies,
    estates,
    register_sign_offs,
    register_versions,
)


async def add(connection: Connection, estate: Estate, *, created_by: str) -> None:
    """Keep a new estate."""
    statement = insert(estates).values(
        id=estate.estate_id,
        name=estate.name,
        district_code=estate.district_code,
        street_code=estate.street_code,
        governing_body=estate.governing_body.value,
        zone=estate.zone,
        created_by=created_by,
        created_at=estate.created_at,
    )
    await connection.execute(statement)


async def with_id(connection: Connection, estate_id: str, *, lock: bool = False) -> Estate:
    """Return an estate; with `lock`, its other changes wait for this transaction.

    Raises:
        EstateUnknown: there is none.
    """
    query = select(estates).where(estates.c.id == estate_id)
    if lock:
        # NO KEY: a card may be issued meanwhile, whose row refers to this one.
        query = query.with_for_update(key_share=True)
    row = (await connection.execute(query)).one_or_none()
    if row is None:
        raise EstateUnknown
    return Estate(
        estate_id=row.id,
        name=row.name,
        district_code=row.district_code,
        street_code=row.street_code,
        governing_body=GoverningBody(row.governing_body),
        zone=row.zone,
        created_at=row.created_at,
    )


async def current_register(connection: Connection, estate_id: str) -> RegisterVersion | None:
    """Return the latest version of the register and its sign-off."""
    query = (
        select(register_versions, register_sign_offs.c.role, register_sign_offs.c.signed_at)
        .outerjoin(register_sign_offs, _of_the_version())
        .where(register_versions.c.estate_id == estate_id)
        .order_by(register_versions.c.version.desc())
        .limit(1)
    )
    row = (await connection.execute(query)).one_or_none()
    if row is None:
        return None
    return RegisterVersion(
        version=row.version,
        rows=row.rows,
        units=row.units,
        parking_spaces=row.parking_spaces,
        imported_at=row.imported_at,
        signed_off=None if row.role is None else SignOff(row.role, row.signed_at),
    )


def _of_the_version() -> ColumnElement[bool]:
    return and_(
        register_sign_offs.c.estate_id == register_versions.c.estate_id,
        register_sign_offs.c.version == register_versions.c.version,
    )


async def add_sign_off(
    connection: Connection, estate_id: str, *, version: int, signed_by: str, sign_off: SignOff
) -> None:
    """Keep who signed a version off."""
    statement = insert(register_sign_offs).values(
        estate_id=estate_id,
        version=version,
        role=sign_off.role,
        signed_by=signed_by,
        signed_at=sign_off.signed_at,
    )
    await connection.execute(statement)


async def policy_of(connection: Connection, estate_id: str) -> ElectoratePolicy:
    """Return the policy in force; the default until somebody sets another."""
    query = (
        select(electorate_policies)
        .where(electorate_policies.c.estate_id == estate_id)
        .order_by(electorate_policies.c.version.desc())
        .limit(1)
    )
    row = (await connection.execute(query)).one_or_none()
    if row is None:
        return ElectoratePolicy()
    return ElectoratePolicy(
        row.parking_area_counts, row.parking_as_person_counts, SameOwnerRule(row.same_owner_rule)
    )


async def add_policy(
    connection: Connection,
    estate_id: str,
    policy: ElectoratePolicy,
    *,
    set_by: str,
    now: datetime,
) -> None:
    """Keep a policy as the one in force from now on; the estate must be locked."""
    query = select(func.coalesce(func.max(electorate_policies.c.version), 0)).where(
        electorate_policies.c.estate_id == estate_id
    )
    version = (await connection.execute(query)).scalar_one() + 1
    statement = insert(electorate_policies).values(
        estate_id=estate_id,
        version=version,
        parking_area_counts=policy.parking_area_counts,
        parking_as_person_counts=policy.parking_as_person_counts,
        same_owner_rule=policy.same_owner_rule.value,
        set_by=set_by,
        set_at=now,
    )
    await connection.execute(statement)
