"""Publish an import: its drafts become entries, all of them or none."""

import asyncio
from collections.abc import Mapping, Sequence

from services.chassis.database import Connection
from services.chassis.once import Once
from services.chassis.tlog import append
from services.ledger.actions.parts import Parts
from services.ledger.actions.post_entries import post_entries
from services.ledger.domain.draft import KeptDraft
from services.ledger.domain.entry import Booking
from services.ledger.domain.errors import ImportAlreadyPublished, ImportUnknown
from services.ledger.domain.item import Item
from services.ledger.domain.period import half_year_of
from services.ledger.domain.publication import Books, items_named, publish
from services.ledger.domain.reading import Publication
from services.ledger.store import authorities, commitments, drafts, entries, limits, sums


async def publish_import(parts: Parts, once: Once, estate_id: str, import_id: str) -> Publication:
    """Post the entries of an import, each expense covered by what allows it.

    Raises:
        ImportUnknown: there is no such import.
        ImportAlreadyPublished: it is published.
        ItemUnknown: an expense names an item that voting does not know.
        NeighbourAway: voting had to be asked and could not be.
        Refusal: see `publication.publish`.
    """
    asked = await _ask_voting(parts, estate_id, import_id)
    async with parts.begin(once) as connection:
        # (1) The head is locked first: limits and budgets are counted against a ledger that
        #     nobody else can add to before this transaction ends, and the clock is read after it,
        #     so that entries are booked in the order of their numbers.
        head = await append.lock(connection, estate_id)
        await _check_waiting(connection, estate_id, import_id)
        waiting = await drafts.in_import(connection, estate_id, import_id)
        # (2) Decide with values.
        books = await _books(connection, estate_id, waiting, asked=asked)
        booking = Booking(head.instant(parts.now()), once.caller, import_id)
        posted = await asyncio.to_thread(publish, estate_id, waiting, books, booking)
        # (3) Store: the leaves, the entries with their legs, and the end of the drafts.
        keys = parts.log_keys.of(estate_id)
        await post_entries(connection, head, posted, keys=keys, at=booking.booked_at)
        await drafts.mark_published(connection, estate_id, import_id, at=booking.booked_at)
        publication = Publication(
            import_id=import_id,
            published_at=booking.booked_at,
            first_number=posted[0].number,
            last_number=posted[-1].number,
            balance_fen=await sums.bank_fen(connection, estate_id),
        )
        return await once.keep(connection, publication)


async def _ask_voting(parts: Parts, estate_id: str, import_id: str) -> Mapping[str, Item]:
    """Return the items that the import's expenses rest on, as voting tells them now.

    Which items these are stands in the drafts, so they are read once before the transaction that
    publishes; one that changes in between is refused there, never believed.
    """
    async with parts.begin() as connection:
        waiting = await drafts.in_import(connection, estate_id, import_id)
        defaults = await authorities.defaults(connection, estate_id)
    named = sorted(items_named(waiting, defaults))
    return {item_id: await parts.voting.item(estate_id, item_id) for item_id in named}


async def _check_waiting(connection: Connection, estate_id: str, import_id: str) -> None:
    found = await drafts.import_with_id(connection, estate_id, import_id)
    if found is None:
        raise ImportUnknown("没有这次导入。", "There is no such import.")
    if found.published_at is not None:
        raise ImportAlreadyPublished(
            "这次导入已公布。",
            "The import is published already.",
            published_at=found.published_at.isoformat(),
        )


async def _books(
    connection: Connection,
    estate_id: str,
    waiting: Sequence[KeptDraft],
    *,
    asked: Mapping[str, Item],
) -> Books:
    """Return what binds the publication, as it stands under the lock."""
    governing = await limits.newest(connection, estate_id)
    periods = {half_year_of(kept.draft.occurred_on) for kept in waiting}
    vouchers = [kept.draft.voucher for kept in waiting if kept.draft.voucher is not None]
    return Books(
        last_number=await entries.last_number(connection, estate_id),
        opened_on=await commitments.opened_on(connection, estate_id),
        limits=governing.limits if governing else None,
        uses=await commitments.uses_within_limits(connection, estate_id, periods),
        items=asked,
        spent_by_item=await commitments.spent_by_item(connection, estate_id, asked),
        defaults=await authorities.defaults(connection, estate_id),
        booked=await commitments.booked_vouchers(connection, estate_id, vouchers),
    )
