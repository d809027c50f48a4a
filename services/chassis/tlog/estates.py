"""Which estates have logs: whatever any of the logs' tables names, so that nothing hides."""

from datetime import datetime
from typing import Any

from sqlalchemy import MetaData, Select, Table, select, union
from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis.tlog.tables import log_tables

_tables = log_tables(MetaData())
_checks = _tables.checks


def _estates_of(table: Table) -> Select[Any]:
    """Return a query that hops along the key from estate to estate, whatever each holds."""
    first = select(table.c.estate_id).order_by(table.c.estate_id).limit(1).subquery()
    hop = select(first.c.estate_id).cte(f"hop_{table.name}", recursive=True)
    beyond = table.alias()
    following = (
        select(beyond.c.estate_id)
        .where(beyond.c.estate_id > hop.c.estate_id)
        .order_by(beyond.c.estate_id)
        .limit(1)
        .scalar_subquery()
    )
    hop = hop.union_all(select(following).where(hop.c.estate_id.is_not(None)))
    return select(hop.c.estate_id).where(hop.c.estate_id.is_not(None))


_ALL = union(*(_estates_of(table) for table in _tables))


async def all_estates(connection: AsyncConnection) -> list[str]:
    """Return every estate that a table of the logs names."""
    return sorted(await connection.scalars(_ALL))


async def not_checked_since(connection: AsyncConnection, since: datetime) -> list[str]:
    """Return the estates whose log was not checked since an instant, in order."""
    recent = select(_checks.c.estate_id).distinct().where(_checks.c.checked_at > since)
    checked = set(await connection.scalars(recent))
    return [one for one in await all_estates(connection) if one not in checked]
