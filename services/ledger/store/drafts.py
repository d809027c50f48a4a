"""Imports and their drafts: rows that still change, and go when they are published."""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, Text, any_, delete, extract, literal, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.ledger.domain.authority import Authority
from services.ledger.domain.chart import Direction
from services.ledger.domain.draft import Draft, KeptDraft, SheetImport, Voucher
from services.ledger.domain.entry import Particulars
from services.ledger.store.authorities import authority_in, columns_of
from services.ledger.store.tables import drafts, sheet_imports


async def add_import(
    connection: AsyncConnection, estate_id: str, sheet_import: SheetImport, *, imported_by: str
) -> None:
    """Keep that a sheet was imported."""
    values = {
        "estate_id": estate_id,
        "import_id": sheet_import.import_id,
        "sha256": sheet_import.sha256,
        "lines": sheet_import.lines,
        "imported_by": imported_by,
        "imported_at": sheet_import.imported_at,
    }
    await connection.execute(sheet_imports.insert().values(values))


async def add(connection: AsyncConnection, estate_id: str, kept: Sequence[KeptDraft]) -> None:
    """Keep drafts: one statement, prepared once, whatever their number."""
    await connection.execute(drafts.insert(), [_values(estate_id, one) for one in kept])


async def import_with_id(
    connection: AsyncConnection, estate_id: str, import_id: str
) -> SheetImport | None:
    """Return one import of the estate."""
    return await _import_where(connection, estate_id, sheet_imports.c.import_id == import_id)


async def import_of_sheet(
    connection: AsyncConnection, estate_id: str, sha256: str
) -> SheetImport | None:
    """Return the import of the very same sheet."""
    return await _import_where(connection, estate_id, sheet_imports.c.sha256 == sha256)


async def mark_published(
    connection: AsyncConnection, estate_id: str, import_id: str, *, at: datetime
) -> None:
    """Say when an import was published, and let its drafts go: they are entries now."""
    change = update(sheet_imports).where(
        sheet_imports.c.estate_id == estate_id, sheet_imports.c.import_id == import_id
    )
    await connection.execute(change.values(published_at=at))
    await connection.execute(
        delete(drafts).where(drafts.c.estate_id == estate_id, drafts.c.import_id == import_id)
    )


async def discard(connection: AsyncConnection, estate_id: str, import_id: str) -> None:
    """Forget an import that was not published, with its drafts."""
    await connection.execute(
        delete(sheet_imports).where(
            sheet_imports.c.estate_id == estate_id, sheet_imports.c.import_id == import_id
        )
    )


async def in_import(
    connection: AsyncConnection, estate_id: str, import_id: str
) -> tuple[KeptDraft, ...]:
    """Return the drafts of one import, by line."""
    query = select(drafts).where(drafts.c.estate_id == estate_id, drafts.c.import_id == import_id)
    return await _found(connection, query.order_by(drafts.c.line))


async def in_estate(
    connection: AsyncConnection, estate_id: str, *, limit: int
) -> tuple[KeptDraft, ...]:
    """Return the estate's drafts, by import and line."""
    query = select(drafts).where(drafts.c.estate_id == estate_id)
    return await _found(connection, query.order_by(drafts.c.import_id, drafts.c.line).limit(limit))


async def with_id(connection: AsyncConnection, estate_id: str, draft_id: str) -> KeptDraft | None:
    """Return one draft."""
    query = select(drafts).where(drafts.c.estate_id == estate_id, drafts.c.draft_id == draft_id)
    found = await _found(connection, query)
    return found[0] if found else None


async def set_authority(
    connection: AsyncConnection, estate_id: str, draft_id: str, authority: Authority
) -> None:
    """Change what a draft rests on."""
    change = update(drafts).where(drafts.c.estate_id == estate_id, drafts.c.draft_id == draft_id)
    await connection.execute(change.values(**columns_of(authority)))


async def waiting_vouchers(
    connection: AsyncConnection, estate_id: str, vouchers: Iterable[Voucher]
) -> dict[Voucher, str]:
    """Return the import in which each of `vouchers` waits, for those that do."""
    wanted = set(vouchers)
    year = extract("year", drafts.c.occurred_on)
    query = select(year.label("year"), drafts.c.voucher_number, drafts.c.import_id).where(
        drafts.c.estate_id == estate_id,
        drafts.c.voucher_number == any_(literal([one.number for one in wanted], ARRAY(Text))),
    )
    rows = await connection.execute(query)
    found = {Voucher(int(row.year), row.voucher_number): row.import_id for row in rows}
    return {voucher: found[voucher] for voucher in wanted & found.keys()}


def _values(estate_id: str, kept: KeptDraft) -> dict[str, object]:
    draft = kept.draft
    return {
        "estate_id": estate_id,
        "draft_id": kept.draft_id,
        "import_id": kept.import_id,
        "line": draft.line,
        "direction": draft.direction.value,
        "category": draft.category,
        "amount_fen": draft.amount_fen,
        "occurred_on": draft.occurred_on,
        "counterparty": draft.particulars.counterparty,
        "voucher_number": draft.particulars.voucher_number,
        "memo": draft.particulars.memo,
        "contract_reference": draft.particulars.contract_reference,
    } | columns_of(draft.authority)


async def _import_where(
    connection: AsyncConnection,
    estate_id: str,
    condition: Any,  # noqa: ANN401 - a clause
) -> SheetImport | None:
    query = select(sheet_imports).where(sheet_imports.c.estate_id == estate_id, condition)
    row = (await connection.execute(query)).one_or_none()
    if row is None:
        return None
    return SheetImport(row.import_id, row.sha256, row.lines, row.imported_at, row.published_at)


async def _found(connection: AsyncConnection, query: Any) -> tuple[KeptDraft, ...]:  # noqa: ANN401 - a select
    rows = await connection.execute(query)
    # In a thread: ten thousand of them would keep everybody else waiting for half a second.
    return await asyncio.to_thread(lambda: tuple(map(_kept, rows)))


def _kept(row: Any) -> KeptDraft:  # noqa: ANN401 - a row of drafts
    particulars = Particulars(
        counterparty=row.counterparty,
        voucher_number=row.voucher_number,
        memo=row.memo,
        contract_reference=row.contract_reference,
    )
    draft = Draft(
        line=row.line,
        direction=Direction(row.direction),
        category=row.category,
        amount_fen=row.amount_fen,
        occurred_on=row.occurred_on,
        particulars=particulars,
        authority=authority_in(row),
    )
    return KeptDraft(row.draft_id, row.import_id, draft)
