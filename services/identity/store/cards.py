"""Cards: issued once per holder and unit, and ended when the register no longer bears them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Row, exists, select, text, update
from sqlalchemy.dialects.postgresql import insert

from services.chassis.database import Connection
from services.identity.domain.card import (
    Card,
    CardBasis,
    CardEnd,
    CardStatus,
    UserType,
    masked_room,
)
from services.identity.store.tables import cards, holdings, units


async def await_register(connection: Connection, estate_id: str, *, changing: bool) -> None:
    """Let claims go side by side, and a change of the register alone, until this commits.

    A claim reads the register only after this. Otherwise one that began before an import would
    issue a card, unseen by the import, to somebody whom the register no longer lists. Waiters
    queue, so a crowd of claims does not keep an import out.
    """
    lock = "pg_advisory_xact_lock" if changing else "pg_advisory_xact_lock_shared"
    statement = text(f"SELECT {lock}(hashtextextended(:estate, 3))")
    await connection.execute(statement, {"estate": estate_id})


async def add(connection: Connection, card: Card, *, account_id: str, party_id: str | None) -> bool:
    """Keep a new card; false when its holder has a valid one already."""
    statement = (
        insert(cards)
        .values(
            id=card.card_id,
            estate_id=card.estate_id,
            unit_id=card.room_id,
            account_id=account_id,
            party_id=party_id,
            parent_card_id=card.parent_card_id,
            user_type=card.user_type.value,
            basis=card.basis.value,
            status=card.status.value,
            issued_at=card.issued_at,
            expires_at=card.expires_at,
        )
        .on_conflict_do_nothing()
        .returning(cards.c.id)
    )
    return (await connection.execute(statement)).one_or_none() is not None


async def of_account(connection: Connection, account_id: str) -> tuple[Card, ...]:
    """Return every card of an account, the oldest first."""
    return await _matching(connection, cards.c.account_id == account_id)


async def main_card(
    connection: Connection, card_id: str, *, estate_id: str, account_id: str
) -> Card | None:
    """Return the main card with this id if it is the account's; it cannot end before this commits.

    Otherwise a card could be hung on it at the moment at which it ends, and outlive it.
    """
    kept = select(cards.c.id).where(cards.c.id == card_id).with_for_update(read=True)
    await connection.execute(kept)
    found = await _matching(
        connection,
        (cards.c.id == card_id)
        & (cards.c.estate_id == estate_id)
        & (cards.c.account_id == account_id)
        & cards.c.parent_card_id.is_(None),
    )
    return found[0] if found else None


async def end_former_holders(
    connection: Connection, estate_id: str, *, version: int, now: datetime
) -> int:
    """End the main cards whose holders a register version no longer lists, and what hangs on them.

    Returns how many main cards ended.
    """
    still_held = exists().where(
        holdings.c.estate_id == cards.c.estate_id,
        holdings.c.version == version,
        holdings.c.unit_id == cards.c.unit_id,
        holdings.c.party_id == cards.c.party_id,
    )
    former = cards.c.parent_card_id.is_(None) & (cards.c.estate_id == estate_id) & ~still_held
    ended = await _end(connection, former, now=now)
    if ended:
        await _end(connection, cards.c.parent_card_id.in_(ended), now=now)
    return len(ended)


async def _end(
    connection: Connection, which: ColumnElement[bool], *, now: datetime
) -> Sequence[str]:
    statement = (
        update(cards)
        .where(cards.c.status == CardStatus.ONLINE.value, which)
        .values(
            status=CardStatus.INVALID.value,
            ended_at=now,
            end_reason=CardEnd.NO_LONGER_A_HOLDER.value,
        )
        .returning(cards.c.id)
    )
    ended: Sequence[str] = (await connection.execute(statement)).scalars().all()
    return ended


async def _matching(connection: Connection, which: ColumnElement[bool]) -> tuple[Card, ...]:
    query = (
        select(cards, units.c.building, units.c.stairwell, units.c.room)
        .join(units, units.c.id == cards.c.unit_id)
        .where(which)
        .order_by(cards.c.issued_at, cards.c.id)
    )
    return tuple(_card(row) for row in await connection.execute(query))


def _card(row: Row[tuple[object, ...]]) -> Card:
    return Card(
        card_id=row.id,
        parent_card_id=row.parent_card_id,
        estate_id=row.estate_id,
        room_id=row.unit_id,
        room=masked_room(row.building, row.stairwell, row.room),
        status=CardStatus(row.status),
        user_type=UserType(row.user_type),
        basis=CardBasis(row.basis),
        issued_at=row.issued_at,
        expires_at=row.expires_at,
    )
