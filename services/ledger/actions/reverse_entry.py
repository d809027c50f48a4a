"""Take an entry back: a mirrored entry of today, never an edit."""

import uuid

from services.chassis.once import Once
from services.ledger.actions.parts import Parts
from services.ledger.domain.entry import Booking, ReasonCode, Reversal, Slot, reversal_of
from services.ledger.domain.errors import EntryAlreadyReversed, EntryUnknown
from services.ledger.domain.reading import Published
from services.ledger.store import entries, heads


async def reverse_entry(
    parts: Parts, once: Once, estate_id: str, entry_id: str, because: tuple[ReasonCode, str]
) -> Published:
    """Post the mirror of an entry into the current period, with the reason for it.

    Raises:
        EntryUnknown: the estate has no such entry.
        EntryAlreadyReversed: it was taken back before.
        EntryNotReversible: it is an opening balance or a reversal.
    """
    async with parts.begin(once) as connection:
        last_number = await heads.lock(connection, estate_id)
        found = await entries.with_id(connection, estate_id, entry_id)
        if found is None:
            raise EntryUnknown("没有这条分录。", "There is no such entry.")
        if found.reversed_by is not None:
            raise EntryAlreadyReversed(
                "该分录已冲销。", "The entry is reversed already.", reversed_by=found.reversed_by
            )
        mirror = reversal_of(
            found.entry,
            Slot(estate_id, str(uuid.uuid4()), last_number + 1),
            Reversal(entry_id, *because),
            booking=Booking(parts.now(), once.caller),
            on=parts.today(),
        )
        await heads.move(connection, estate_id, entries_count=mirror.number)
        await entries.append(connection, [mirror])
        posted = await entries.with_id(connection, estate_id, mirror.entry_id)
        assert posted is not None
        return await once.keep(connection, posted)
