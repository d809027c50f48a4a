"""Authorities in rows, and the default of each expense category."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.ledger.domain.authority import Authority, AuthorityKind
from services.ledger.store.tables import category_authorities


def columns_of(authority: Authority | None) -> dict[str, str | None]:
    """Return the three columns by which a row names its authority."""
    if authority is None:
        return dict.fromkeys(("authority_kind", "authority_contract", "authority_item_id"))
    return {
        "authority_kind": authority.kind.value,
        "authority_contract": authority.contract_reference,
        "authority_item_id": authority.item_id,
    }


def authority_in(row: Any) -> Authority | None:  # noqa: ANN401 - a row of any of three tables
    """Return the authority that a row names."""
    if row.authority_kind is None:
        return None
    return Authority(
        AuthorityKind(row.authority_kind),
        contract_reference=row.authority_contract,
        item_id=row.authority_item_id,
    )


async def defaults(connection: AsyncConnection, estate_id: str) -> dict[str, Authority]:
    """Return the default authority of each category that has one."""
    query = select(category_authorities).where(category_authorities.c.estate_id == estate_id)
    found = {}
    for row in await connection.execute(query):
        authority = authority_in(row)
        assert authority is not None
        found[row.category] = authority
    return found


async def replace_defaults(
    connection: AsyncConnection,
    estate_id: str,
    by_category: Mapping[str, Authority],
    *,
    set_by: str,
    set_at: datetime,
) -> None:
    """Make `by_category` the estate's defaults, in place of what they were."""
    old = delete(category_authorities).where(category_authorities.c.estate_id == estate_id)
    await connection.execute(old)
    rows = [
        {"estate_id": estate_id, "category": category, "set_by": set_by, "set_at": set_at}
        | columns_of(authority)
        for category, authority in by_category.items()
    ]
    if rows:
        await connection.execute(category_authorities.insert(), rows)
