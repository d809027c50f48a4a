"""The half-years as they were published, version by version."""

import hashlib
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.ledger.domain.document import LoggedDocument, statement_in
from services.ledger.domain.period import HalfYear
from services.ledger.domain.reading import LoggedStatement
from services.ledger.domain.statement import PublishedStatement
from services.ledger.store.tables import statements


async def add(
    connection: AsyncConnection,
    estate_id: str,
    published: PublishedStatement,
    *,
    published_by: str,
    logged: LoggedDocument,
) -> None:
    """Keep a version of a half-year as it is published."""
    values = {
        "estate_id": estate_id,
        "statement_id": published.statement_id,
        "period": str(published.statement.period),
        "version": published.version,
        "entries_count": published.entries_count,
        "published_at": published.published_at,
        "published_by": published_by,
        "position": logged.position,
        "document": logged.content,
    }
    await connection.execute(statements.insert().values(values))


async def newest(
    connection: AsyncConnection, estate_id: str, period: HalfYear
) -> LoggedStatement | None:
    """Return the newest version of a half-year that was published."""
    row = (await connection.execute(_of(estate_id, period).limit(1))).one_or_none()
    return _logged(row) if row else None


async def of_period(
    connection: AsyncConnection, estate_id: str, period: HalfYear
) -> tuple[LoggedStatement, ...]:
    """Return every version of a half-year that was published, newest first."""
    return tuple(_logged(row) for row in await connection.execute(_of(estate_id, period)))


def _of(estate_id: str, period: HalfYear) -> Select[Any]:
    return (
        select(statements.c.document, statements.c.position)
        .where(statements.c.estate_id == estate_id, statements.c.period == str(period))
        .order_by(statements.c.version.desc())
    )


def _logged(row: Any) -> LoggedStatement:  # noqa: ANN401 - a row of statements
    return LoggedStatement(
        published=statement_in(row.document),
        document_sha256=hashlib.sha256(row.document).hexdigest(),
        leaf_index=row.position,
    )
