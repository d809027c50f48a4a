"""What an estate's log must hold, derived anew from the ledger's own rows, for the checker.

A row is rebuilt from its columns into the document that was signed, and its legs with it; so no
column of what is published can be changed without a finding. Statements are summed again from the
entries that they were published of.
"""

from collections.abc import AsyncIterator, Iterator
from typing import Any

from sqlalchemy import Row, Select, func, select, text
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis.tlog.contents import Expected, Finding, in_order, rows_of
from services.chassis.tlog.keys import EstateKeys
from services.ledger.domain.document import (
    LoggedDocument,
    document_bytes,
    limits_bytes,
    statement_bytes,
)
from services.ledger.domain.entry import EntryKind, Leg
from services.ledger.domain.errors import Refusal
from services.ledger.domain.period import HalfYear, half_year_named
from services.ledger.domain.statement import PublishedStatement, Statement, statement_of
from services.ledger.store import sums
from services.ledger.store.entries import entry_in, header_of
from services.ledger.store.limits import limits_in
from services.ledger.store.tables import entries, legs, spending_limits, statements
from services.proofs.leaf import Kind, record_of


class LedgerContents:
    """Entries with their legs, statements, and spending limits."""

    kinds = frozenset({Kind.ENTRY, Kind.REVERSAL, Kind.STATEMENT, Kind.LIMITS})

    def expected(
        self,
        connection: AsyncConnection,
        estate_id: str,
        keys: EstateKeys,  # noqa: ARG002 - the record key signs everything here
    ) -> AsyncIterator[Expected | Finding]:
        """Yield what every leaf must be, in the order of positions, and what contradicts itself."""
        return in_order(
            _entries(connection, estate_id),
            _statements(connection, estate_id),
            _limits(connection, estate_id),
        )

    async def further(
        self,
        connection: AsyncConnection,
        estate_id: str,
        keys: EstateKeys,  # noqa: ARG002 - nothing here is signed
    ) -> AsyncIterator[Finding]:
        """Yield legs without an entry: they would count into every sum, and no leaf names them."""
        async for row in rows_of(connection, _stray_legs(estate_id)):
            yield _finding("stray-leg", "legs", f"{row.entry_id} {row.leg_number}")


async def _entries(
    connection: AsyncConnection, estate_id: str
) -> AsyncIterator[Expected | Finding]:
    number = 0
    async for row in rows_of(connection, _entries_with_legs(estate_id)):
        number += 1
        key = f"number {row.number}"
        if row.number != number:
            yield _finding("number-out-of-order", "entries", key, row.position)
        for code in _faults_of_legs(row):
            yield _finding(code, "legs", key, row.position)
        document = _entry_document(row)
        if document is None or document != row.document:
            yield _finding("columns-contradict-document", "entries", key, row.position)
        kind = Kind.REVERSAL if row.kind == EntryKind.REVERSAL.value else Kind.ENTRY
        record = record_of(kind, row.entry_id, row.document if document is None else document)
        yield Expected(row.position, record, "entries", key)


def _entry_document(row: Row[Any]) -> bytes | None:
    """Return the document that the columns and legs make, or nothing if they make no entry.

    A column that the entry has no use for, such as a reason where nothing is reversed, is empty.
    """
    its_legs = zip(row.accounts or (), row.amounts or (), strict=True)
    try:
        entry = entry_in(row, tuple(Leg(account, fen) for account, fen in its_legs))
        document = document_bytes(entry)
    except (Refusal, ValueError):
        return None
    header = header_of(entry, LoggedDocument(row.document, row.position))
    faithful = all(getattr(row, name) == value for name, value in header.items())
    return document if faithful else None


def _faults_of_legs(row: Row[Any]) -> Iterator[str]:
    numbers = list(row.leg_numbers or ())
    if len(numbers) != row.leg_count or numbers != list(range(1, len(numbers) + 1)):
        yield "legs-not-counted"
    if any(day != row.occurred_on for day in row.days or ()):
        yield "leg-of-another-day"
    if sum(fen for fen in row.amounts or () if fen > 0) != row.amount_fen:
        yield "legs-of-another-amount"


async def _statements(
    connection: AsyncConnection, estate_id: str
) -> AsyncIterator[Expected | Finding]:
    newest: dict[str, str] = {}
    query = select(statements).where(statements.c.estate_id == estate_id)
    async for row in rows_of(connection, query.order_by(statements.c.position)):
        key = f"{row.period} version {row.version}"
        document = await _statement_document(connection, row, newest.get(row.period))
        newest[row.period] = row.statement_id
        if document != row.document:
            yield _finding("figures-contradict-document", "statements", key, row.position)
        content = row.document if document is None else document
        record = record_of(Kind.STATEMENT, row.statement_id, content)
        yield Expected(row.position, record, "statements", key)


async def _statement_document(
    connection: AsyncConnection, row: Row[Any], supersedes: str | None
) -> bytes | None:
    """Return the document that the entries make, or nothing if they make no half-year."""
    try:
        period = half_year_named(row.period)
        published = PublishedStatement(
            statement=await _summed(connection, row.estate_id, period, through=row.entries_count),
            statement_id=row.statement_id,
            version=row.version,
            supersedes=supersedes,
            entries_count=row.entries_count,
            published_at=row.published_at,
        )
        return statement_bytes(row.estate_id, published, published_by=row.published_by)
    except (Refusal, ValueError):
        return None


async def _summed(
    connection: AsyncConnection, estate_id: str, period: HalfYear, *, through: int
) -> Statement:
    before_fen = await sums.bank_fen(connection, estate_id, before=period.first_on, through=through)
    moved = await sums.movements(
        connection, estate_id, first_on=period.first_on, last_on=period.last_on, through=through
    )
    return statement_of(period, moved, before_fen=before_fen)


async def _limits(connection: AsyncConnection, estate_id: str) -> AsyncIterator[Expected | Finding]:
    query = select(spending_limits).where(spending_limits.c.estate_id == estate_id)
    async for row in rows_of(connection, query.order_by(spending_limits.c.position)):
        key = f"version {row.version}"
        document = _limits_document(row)
        if document != row.document:
            yield _finding("columns-contradict-document", "spending_limits", key, row.position)
        content = row.document if document is None else document
        record = record_of(Kind.LIMITS, row.estate_id, content)
        yield Expected(row.position, record, "spending_limits", key)


def _limits_document(row: Row[Any]) -> bytes | None:
    try:
        return limits_bytes(row.estate_id, limits_in(row), set_by=row.set_by)
    except Refusal:
        return None


def _entries_with_legs(estate_id: str) -> Select[Any]:
    gathered = (
        select(
            *(
                func.array_agg(aggregate_order_by(column, legs.c.leg_number)).label(name)
                for name, column in (
                    ("leg_numbers", legs.c.leg_number),
                    ("accounts", legs.c.account),
                    ("amounts", legs.c.amount_fen),
                    ("days", legs.c.occurred_on),
                )
            )
        )
        .where(legs.c.estate_id == entries.c.estate_id, legs.c.entry_id == entries.c.entry_id)
        .lateral("gathered")
    )
    query = select(entries, gathered).where(
        entries.c.estate_id == estate_id, text("entries.position >= 0")
    )
    return query.order_by(entries.c.position)


def _stray_legs(estate_id: str) -> Select[Any]:
    its_entry = (entries.c.estate_id == legs.c.estate_id) & (entries.c.entry_id == legs.c.entry_id)
    return (
        select(legs.c.entry_id, legs.c.leg_number)
        .select_from(legs.outerjoin(entries, its_entry))
        .where(legs.c.estate_id == estate_id, entries.c.entry_id.is_(None))
    )


_TEXTS = {
    "stray-leg": ("借贷行没有所属分录。", "A leg belongs to no entry."),
    "number-out-of-order": ("分录编号不连续。", "Entry numbers have a gap or are out of order."),
    "legs-not-counted": ("借贷行缺失或多余。", "Legs of an entry are missing or left over."),
    "leg-of-another-day": ("借贷行日期与分录不符。", "A leg is of another day than its entry."),
    "legs-of-another-amount": (
        "借贷行合计与分录金额不符。",
        "The legs do not add up to the entry's amount.",
    ),
    "columns-contradict-document": (
        "各栏与已签署的文件不符。",
        "The columns contradict the document that was signed.",
    ),
    "figures-contradict-document": (
        "报表与分录重算的结果不符。",
        "The statement is not what its entries add up to.",
    ),
}


def _finding(code: str, table: str, key: str, position: int | None = None) -> Finding:
    zh, en = _TEXTS[code]
    return Finding(code, zh, en, position=position, table=table, key=key)
