"""Cast one vote. No neighbour is asked: everything was frozen with the announcement."""

from services.chassis.callers import Caller
from services.proofs.trusted_keys import TrustedKeys
from services.proofs.vote import Channel, Vote
from services.voting.actions.parts import Parts
from services.voting.domain.casting import (
    CastVote,
    LoggedVote,
    ReceiptedVote,
    WaitingVote,
    check_channel,
    check_choices,
)
from services.voting.domain.errors import BallotNotFound, Refusal
from services.voting.domain.signing import SignedVote, Signer, check_signed
from services.voting.store import receipts, votes


async def cast_vote(
    parts: Parts, caller: Caller, *, estate_id: str, ballot_id: str, signed: SignedVote
) -> ReceiptedVote:
    """Take a vote, or return it as it was taken before, with its first receipt.

    Retried is once: whoever sends the very document that was taken from him hears what he heard
    then, although its key was revoked or his card has ended since. Everybody else is refused as if
    it had never been taken.

    Raises:
        DependentCardRefused: a family or tenant card never votes (HZ 90(4)).
        ChannelNotYours: an official votes as an owner would, or an owner enters a paper.
        BallotNotFound: the estate has announced no such ballot.
        VoteForAnotherBallot, ItemNotPublished, ItemUnanswered, FollowMajorityNotOffered: the
            choices do not answer the published items.
        KeyNotForChannel, KeyOfAnother, KeyNotRegistered, KeyNotAttested, VoteSignatureWrong: it is
            not signed by a key that may sign it.
        EntryOfAnother, EntryNotInElectorate: the entry is not the caller's, or is none.
        BallotNotOpenYet, BallotClosed: the window (HZ 20; CC 203).
        AlreadyVoted: the entry has voted.
        VoteIdReused: the id stands for another document.
        TooBusy, OutcomeUnknown: it was not taken, or may have been.
    """
    by = caller.owner if signed.vote.channel is Channel.PHONE else caller.subject
    place = (estate_id, ballot_id)
    try:
        waiting = await _checked(parts, caller, place, signed, by)
    except Refusal:
        before = await _taken_before(parts, place, signed.vote, by)
        if before is None:
            raise
        return await _receipted(parts, estate_id, before)
    # (4) Its turn in the estate's order: entry, repetition, window, one vote for each entry.
    verdict = await parts.appender.ask(estate_id, waiting)
    if isinstance(verdict, Refusal):
        raise verdict
    return await _receipted(parts, estate_id, verdict)


async def _checked(
    parts: Parts, caller: Caller, place: tuple[str, str], signed: SignedVote, by: str | None
) -> WaitingVote:
    """Return the vote ready for its turn, unless it is refused without regard to any other."""
    # (1) The card.
    check_channel(caller.roles, signed.vote.channel)
    # (2) A choice for every published item and for nothing else.
    paper = await parts.papers.of(*place)
    if paper is None:
        raise BallotNotFound("没有该表决。", "There is no such ballot.")
    check_choices(signed.vote, paper)
    # (3) Signed by the caller's own key, which the announced attesters say is his.
    signer = Signer(by, caller.keys)
    check_signed(signed, signer, estate_id=paper.estate_id, attesters=paper.attesters)
    return WaitingVote(signed, paper, by=signed.attestation.holder)


async def _taken_before(
    parts: Parts, place: tuple[str, str], vote: Vote, by: str | None
) -> CastVote | None:
    if by is None:
        return None
    async with parts.begin() as connection:
        return await votes.sent_before(connection, *place, vote=vote, by=by)


async def _receipted(parts: Parts, estate_id: str, taken: LoggedVote | CastVote) -> ReceiptedVote:
    logged = await _found_again(parts, estate_id, taken)
    return ReceiptedVote(logged.cast, logged.receipt(_own_keys(parts, estate_id)))


async def _found_again(parts: Parts, estate_id: str, taken: LoggedVote | CastVote) -> LoggedVote:
    """Return a vote with its proof to its first checkpoint, also if it was taken before."""
    if isinstance(taken, LoggedVote):
        return taken
    async with parts.begin() as connection:
        checkpoint = await receipts.first_checkpoint(connection, estate_id, taken.position)
        return await receipts.logged(connection, estate_id, taken, checkpoint)


def _own_keys(parts: Parts, estate_id: str) -> TrustedKeys:
    """Return the log's own keys: no witness can have seen a checkpoint that was just made."""
    keys = parts.log_keys.of(estate_id)
    return TrustedKeys(
        estate_id, parts.log_keys.service, keys.log_key, keys.record_key, keys.time_key
    )
