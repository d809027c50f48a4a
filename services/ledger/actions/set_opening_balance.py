"""State what the account held when the books began; once per estate."""

import uuid
from datetime import date

from services.chassis.once import Once
from services.chassis.tlog import append
from services.ledger.actions.parts import Parts
from services.ledger.actions.post_entries import post_entries
from services.ledger.domain.entry import Booking, Slot, opening_of
from services.ledger.domain.errors import OpeningBalanceAlreadySet, OpeningInFuture
from services.ledger.domain.reading import Published
from services.ledger.store import entries


async def set_opening_balance(
    parts: Parts, once: Once, estate_id: str, amount_fen: int, *, as_of_on: date
) -> Published:
    """Post the opening entry, or return it when it says the same already.

    Raises:
        OpeningInFuture: the day has not begun; a slip here could never be mended.
        OpeningBalanceAlreadySet: another balance stands; it is an entry, and entries stay.
    """
    async with parts.begin(once) as connection:
        head = await append.lock(connection, estate_id)
        at = head.instant(parts.now())
        _check_begun(as_of_on, parts.day_of(at))
        standing = await entries.opening(connection, estate_id)
        if standing is None:
            # Nothing is booked before it, so it is number one.
            slot = Slot(estate_id, str(uuid.uuid4()), number=1)
            booking = Booking(at, once.caller)
            entry = opening_of(slot, amount_fen, as_of_on=as_of_on, booking=booking)
            keys = parts.log_keys.of(estate_id)
            await post_entries(connection, head, [entry], keys=keys, at=at)
            standing = await entries.opening(connection, estate_id)
            assert standing is not None
        _check_same(standing, amount_fen, as_of_on)
        return await once.keep(connection, standing)


def _check_begun(as_of_on: date, today: date) -> None:
    if as_of_on > today:
        raise OpeningInFuture(
            "期初结余日不得晚于今日。",
            "What the account held on a day to come is not known yet.",
            as_of_on=as_of_on.isoformat(),
            today=today.isoformat(),
        )


def _check_same(standing: Published, amount_fen: int, as_of_on: date) -> None:
    entry = standing.entry
    if (entry.amount_fen, entry.occurred_on) != (amount_fen, as_of_on):
        raise OpeningBalanceAlreadySet(
            "期初结余已登记。",
            "The opening balance is stated already.",
            amount_fen=entry.amount_fen,
            as_of_on=entry.occurred_on.isoformat(),
        )
