"""Write a ballot that can be announced."""

import uuid
from dataclasses import dataclass

from services.chassis.callers import Caller
from services.chassis.once import Once
from services.proofs.announced import Attachment, Item, Openings
from services.voting.actions.parts import Parts
from services.voting.domain.ballot import Ballot, SeenBallot
from services.voting.domain.convening import ConveningReason, convener
from services.voting.domain.rules import check_kind, current_rules
from services.voting.domain.schedule import Meeting
from services.voting.store import ballots


@dataclass(frozen=True)
class ItemDraft:
    """One question as a convener asks for it."""

    kind: str
    title: str
    description: str
    budget_fen: int | None
    attachments: tuple[Attachment, ...]


@dataclass(frozen=True)
class BallotDraft:
    """A ballot as a convener asks for it."""

    title: str
    meeting: Meeting
    convening_reason: ConveningReason | None
    openings: Openings
    items: tuple[ItemDraft, ...]


async def draft_ballot(
    parts: Parts, caller: Caller, estate_id: str, draft: BallotDraft, *, once: Once
) -> SeenBallot:
    """Store a ballot of the body that the caller acts for, and return it.

    Raises:
        ConveningReasonNeeded: another body than the committee gives no reason (HZ 40, 80).
        ConveningReasonMisplaced: the committee gives one.
        KindUnknown: an item's kind is not in the rule table.
        KindNotVoted: an item's kind is decided without the assembly (HZ 73).
    """
    body = convener(caller.roles, draft.convening_reason)
    for item in draft.items:
        check_kind(current_rules(), item.kind)
    ballot = Ballot(
        estate_id=estate_id,
        ballot_id=str(uuid.uuid4()),
        title=draft.title,
        meeting=draft.meeting,
        convener=body,
        convening_reason=draft.convening_reason,
        drafted_at=parts.clock.now(),
        openings=draft.openings,
        items=tuple(_item(number, item) for number, item in enumerate(draft.items, start=1)),
    )
    async with parts.begin(once) as connection:
        await ballots.add(connection, ballot, drafted_by=caller.subject)
        return await once.keep(connection, SeenBallot(ballot, parts.clock.now()))


def _item(number: int, draft: ItemDraft) -> Item:
    return Item(
        item_id=str(uuid.uuid4()),
        number=number,
        kind=draft.kind,
        title=draft.title,
        description=draft.description,
        budget_fen=draft.budget_fen,
        attachments=draft.attachments,
    )
