"""Throw away an import that was not published."""

from services.chassis.once import Once
from services.chassis.tlog import append
from services.ledger.actions.parts import Parts
from services.ledger.domain.errors import ImportAlreadyPublished, ImportUnknown
from services.ledger.store import drafts


async def discard_import(parts: Parts, once: Once, estate_id: str, import_id: str) -> None:
    """Forget an import and its drafts.

    Raises:
        ImportUnknown: there is no such import.
        ImportAlreadyPublished: its lines are entries now, and stay.
    """
    async with parts.begin(once) as connection:
        await append.lock(connection, estate_id)
        found = await drafts.import_with_id(connection, estate_id, import_id)
        if found is None:
            raise ImportUnknown("没有这次导入。", "There is no such import.")
        if found.published_at is not None:
            raise ImportAlreadyPublished(
                "已公布的分录不能撤回，只能冲销。", "What is published is reversed, not discarded."
            )
        await drafts.discard(connection, estate_id, import_id)
        await once.keep(connection, None)
