"""The posting core: entries with their legs, added together and never touched again."""

import hashlib
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, func, literal, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.ledger.domain.document import LoggedDocument
from services.ledger.domain.entry import (
    Booking,
    Entry,
    EntryKind,
    Leg,
    Particulars,
    ReasonCode,
    Reversal,
)
from services.ledger.domain.period import Month
from services.ledger.domain.reading import Published
from services.ledger.store.authorities import authority_in, columns_of
from services.ledger.store.tables import entries, legs

RUN_LENGTH = 250
"""How many entries one statement adds: preparing them takes the event loop some 20 ms."""

_reversals = entries.alias("reversals")


async def append(
    connection: AsyncConnection, posted: Sequence[tuple[Entry, LoggedDocument]]
) -> None:
    """Add entries and their legs, in runs between which others have their turn."""
    # The checks that fire for each row keep the plan that their session made first; made while the
    # tables were small, it would scan all of them for every row of a large publication.
    await connection.execute(select(func.set_config("enable_seqscan", "off", literal(value=True))))
    for first in range(0, len(posted), RUN_LENGTH):
        run = posted[first : first + RUN_LENGTH]
        await connection.execute(entries.insert(), [header_of(*one) for one in run])
        rows = [row for entry, _ in run for row in _legs(entry)]
        await connection.execute(legs.insert(), rows)


async def last_number(connection: AsyncConnection, estate_id: str) -> int:
    """Return the number of the estate's last entry; the next one is free while the head is held."""
    query = select(func.max(entries.c.number)).where(entries.c.estate_id == estate_id)
    return int((await connection.execute(query)).scalar_one() or 0)


async def page(
    connection: AsyncConnection,
    estate_id: str,
    *,
    before: int | None,
    limit: int,
    month: Month | None,
) -> tuple[Published, ...]:
    """Return up to `limit` entries below number `before`, newest first."""
    query = _published(estate_id).order_by(entries.c.number.desc()).limit(limit)
    if before is not None:
        query = query.where(entries.c.number < before)
    if month is not None:
        in_month = entries.c.occurred_on.between(month.first_on, month.last_on)
        query = query.where(in_month, text("entries.number > 0"))
    return await _found(connection, estate_id, query)


async def with_id(connection: AsyncConnection, estate_id: str, entry_id: str) -> Published | None:
    """Return one entry of the estate."""
    query = _published(estate_id).where(entries.c.entry_id == entry_id)
    found = await _found(connection, estate_id, query)
    return found[0] if found else None


async def opening(connection: AsyncConnection, estate_id: str) -> Published | None:
    """Return the entry that states the estate's opening balance."""
    query = _published(estate_id).where(entries.c.kind == EntryKind.OPENING.value)
    found = await _found(connection, estate_id, query)
    return found[0] if found else None


def _published(estate_id: str) -> Select[Any]:
    reversed_by = (_reversals.c.estate_id == entries.c.estate_id) & (
        _reversals.c.reverses == entries.c.entry_id
    )
    return (
        select(entries, _reversals.c.entry_id.label("reversed_by"))
        .select_from(entries.outerjoin(_reversals, reversed_by))
        .where(entries.c.estate_id == estate_id)
    )


async def _found(
    connection: AsyncConnection, estate_id: str, query: Select[Any]
) -> tuple[Published, ...]:
    rows = (await connection.execute(query)).all()
    if not rows:
        return ()
    legs_query = (
        select(legs)
        .where(legs.c.estate_id == estate_id, legs.c.entry_id.in_([row.entry_id for row in rows]))
        .order_by(legs.c.entry_id, legs.c.leg_number)
    )
    by_entry: dict[str, list[Leg]] = {}
    for row in await connection.execute(legs_query):
        by_entry.setdefault(row.entry_id, []).append(Leg(row.account, row.amount_fen))
    return tuple(
        Published(
            entry=entry_in(row, tuple(by_entry[row.entry_id])),
            document_sha256=hashlib.sha256(row.document).hexdigest(),
            leaf_index=row.position,
            reversed_by=row.reversed_by,
        )
        for row in rows
    )


def header_of(entry: Entry, logged: LoggedDocument) -> dict[str, object]:
    """Return the columns of an entry's row."""
    reversal = entry.reverses
    return {
        "estate_id": entry.estate_id,
        "entry_id": entry.entry_id,
        "number": entry.number,
        "kind": entry.kind.value,
        "occurred_on": entry.occurred_on,
        "leg_count": len(entry.legs),
        "amount_fen": entry.amount_fen,
        "counterparty": entry.particulars.counterparty,
        "voucher_number": entry.particulars.voucher_number,
        "memo": entry.particulars.memo,
        "contract_reference": entry.particulars.contract_reference,
        "reverses": reversal.entry_id if reversal else None,
        "reason_code": reversal.reason_code.value if reversal else None,
        "reason": reversal.reason if reversal else None,
        "import_id": entry.booking.import_id,
        "booked_at": entry.booking.booked_at,
        "booked_by": entry.booking.booked_by,
        "document": logged.content,
        "position": logged.position,
    } | columns_of(entry.authority)


def _legs(entry: Entry) -> list[dict[str, object]]:
    return [
        {
            "estate_id": entry.estate_id,
            "entry_id": entry.entry_id,
            "leg_number": number,
            "account": leg.account,
            "occurred_on": entry.occurred_on,
            "amount_fen": leg.amount_fen,
        }
        for number, leg in enumerate(entry.legs, start=1)
    ]


def entry_in(row: Any, its_legs: tuple[Leg, ...]) -> Entry:  # noqa: ANN401 - a row of entries
    """Return the entry that a row and its legs say.

    Raises:
        Refusal: they contradict each other.
    """
    reversal = None
    if row.reverses is not None:
        reversal = Reversal(row.reverses, ReasonCode(row.reason_code), row.reason)
    particulars = Particulars(
        counterparty=row.counterparty,
        voucher_number=row.voucher_number,
        memo=row.memo,
        contract_reference=row.contract_reference,
    )
    return Entry(
        estate_id=row.estate_id,
        entry_id=row.entry_id,
        number=row.number,
        kind=EntryKind(row.kind),
        occurred_on=row.occurred_on,
        legs=its_legs,
        booking=Booking(row.booked_at, row.booked_by, row.import_id),
        particulars=particulars,
        authority=authority_in(row),
        reverses=reversal,
    )
