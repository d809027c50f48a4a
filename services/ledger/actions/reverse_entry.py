"""Take an entry back: a mirrored entry of today, never an edit."""

import uuid

from services.chassis.once import Once
from services.chassis.tlog import append
from services.ledger.actions.parts import Parts
from services.ledger.actions.post_entries import post_entries
from services.ledger.domain.entry import Booking, ReasonCode, Reversal, Slot, reversal_of
from services.ledger.domain.errors import EntryAlreadyReversed, EntryUnknown
from services.ledger.domain.reading import Published
from services.ledger.store import entries


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
        head = await append.lock(connection, estate_id)
        found = await entries.with_id(connection, estate_id, entry_id)
        if found is None:
            raise EntryUnknown("没有这条分录。", "There is no such entry.")
        if found.reversed_by is not None:
            raise EntryAlreadyReversed(
                "该分录已冲销。", "The entry is reversed already.", reversed_by=found.reversed_by
            )
        at = head.instant(parts.now())
        number = await entries.last_number(connection, estate_id) + 1
        mirror = reversal_of(
            found.entry,
            Slot(estate_id, str(uuid.uuid4()), number),
            Reversal(entry_id, *because),
            booking=Booking(at, once.caller),
            on=parts.day_of(at),
        )
        keys = parts.log_keys.of(estate_id)
        await post_entries(connection, head, [mirror], keys=keys, at=at)
        posted = await entries.with_id(connection, estate_id, mirror.entry_id)
        assert posted is not None
        return await once.keep(connection, posted)
