"""Cast one owner's vote. No neighbour is asked: everything was frozen with the announcement."""

from services.chassis.callers import Caller
from services.voting.actions.append_votes import append_votes
from services.voting.actions.parts import Parts
from services.voting.domain.casting import CastVote, WaitingVote, check_card, check_choices
from services.voting.domain.errors import BallotNotFound, EntryOfAnother, Refusal
from services.voting.domain.vote import Vote
from services.voting.store import electorates


async def cast_vote(
    parts: Parts, caller: Caller, *, estate_id: str, ballot_id: str, vote: Vote
) -> CastVote:
    """Take `vote`, or return it as it was taken before.

    Raises:
        DependentCardRefused: a family or tenant card never votes (HZ 90(4)).
        BallotNotFound: the estate has announced no such ballot.
        EntryOfAnother: the caller is no holder of the entry.
        VoteForAnotherBallot, ItemNotPublished, ItemUnanswered, FollowMajorityNotOffered: the
            choices do not answer the published items.
        BallotNotOpenYet, BallotClosed: the window (HZ 20; CC 203).
        AlreadyVoted: the entry has voted.
        VoteIdReused: the id stands for another document.
    """
    # (1) The card, before the database is troubled.
    check_card(caller.roles)
    async with parts.begin() as connection:
        # (2) The entry is in the frozen electorate and the caller may act for it.
        found = await electorates.paper_for(
            connection, estate_id, ballot_id, entry_id=vote.entry_id, holder=caller.owner or ""
        )
        if found is None:
            raise BallotNotFound("没有该表决。", "There is no such ballot.")
        paper, area_centi = found
        if area_centi is None or caller.owner is None:
            raise EntryOfAnother(
                "您不是该专有部分在本次表决名册上的业主。",
                "You are no holder of this entry in the frozen electorate.",
            )
        # (3) A choice for every published item and for nothing else.
        check_choices(vote, paper)
        # (4) Its turn in the estate's order: window, repetition, one vote for each entry.
        waiting = WaitingVote(vote, paper, area_centi, cast_by=caller.owner)
        (verdict,) = await append_votes(connection, estate_id, [waiting], clock=parts.clock)
    if isinstance(verdict, Refusal):
        raise verdict
    return verdict
