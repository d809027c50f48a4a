"""Say what one drafted expense rests on."""

from services.chassis.once import Once
from services.chassis.tlog import append
from services.ledger.actions.parts import Parts
from services.ledger.domain.authority import Authority, check_fits
from services.ledger.domain.chart import Direction
from services.ledger.domain.errors import CategoryNeedsNoAuthority, DraftUnknown
from services.ledger.domain.reading import DraftSeen
from services.ledger.store import drafts


async def set_draft_authority(
    parts: Parts, once: Once, estate_id: str, draft_id: str, authority: Authority
) -> DraftSeen:
    """Keep the authority of a draft; what it can still cover is checked when it is published.

    Raises:
        DraftUnknown: there is no such draft, or it is published.
        CategoryNeedsNoAuthority: the draft is income.
        AuthorityDoesNotFit: no expense of its category can rest on this.
    """
    async with parts.begin(once) as connection:
        # Held against a publication of the same draft.
        await append.lock(connection, estate_id)
        kept = await drafts.with_id(connection, estate_id, draft_id)
        if kept is None:
            raise DraftUnknown("没有这条草稿。", "There is no such draft.")
        if kept.draft.direction is Direction.INCOME:
            raise CategoryNeedsNoAuthority("收入不需要依据。", "Income needs no authority.")
        check_fits(authority, kept.draft.category, line=kept.draft.line)
        await drafts.set_authority(connection, estate_id, draft_id, authority)
        changed = await drafts.with_id(connection, estate_id, draft_id)
        assert changed is not None
        return await once.keep(connection, DraftSeen(changed, authority))
