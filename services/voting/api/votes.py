"""Routes of votes: cast one, see one's own and its receipt."""

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Response

from services.chassis.application import parts_of
from services.chassis.callers import Caller, allow
from services.chassis.gathering import OutcomeUnknown, TooBusy
from services.chassis.once import checked_key
from services.chassis.problems import refusals
from services.voting.actions.cast_vote import cast_vote
from services.voting.actions.parts import Parts
from services.voting.actions.show_my_entries import show_my_entries
from services.voting.actions.show_my_votes import show_my_votes
from services.voting.actions.show_receipt import show_receipt
from services.voting.api.callers import CONVENERS, OFFICIALS, BallotId, EstateId, VoteId
from services.voting.api.problems import PROBLEMS
from services.voting.api.vote_bodies import (
    CastVoteOut,
    MyEntriesOut,
    MyEntryOut,
    MyVoteOut,
    MyVotesOut,
    ReceiptOut,
    SignedVoteIn,
)
from services.voting.domain import errors
from services.voting.domain.signing import SignedVote

router = APIRouter(prefix="/v1/estates/{estate_id}/ballots/{ballot_id}", tags=["votes"])
PartsHere = Annotated[Parts, Depends(parts_of(Parts))]


async def sent_vote(
    body: SignedVoteIn, idempotency_key: Annotated[str | None, Header()] = None
) -> SignedVote:
    """Return the vote of a request; its own id is its key."""
    key = checked_key(idempotency_key)
    signed = body.value()
    if signed.vote.vote_id != key:
        raise errors.IdempotencyKeyDiffers(
            "Idempotency-Key 须与选票编号一致。", "The Idempotency-Key of a vote is its vote_id."
        )
    return signed


@router.post(
    "/votes",
    operation_id="cast_vote",
    summary="投票，或录入纸质、电话投票 / Cast a vote, or enter one from paper or telephone",
    status_code=201,
    response_model=CastVoteOut,
    responses=refusals(
        PROBLEMS,
        errors.BallotNotFound,
        errors.VoteUnreadable,
        errors.ChoiceUnknown,
        errors.EvidenceMissing,
        errors.IdempotencyKeyDiffers,
        errors.VoteForAnotherBallot,
        errors.ItemNotPublished,
        errors.ItemUnanswered,
        errors.FollowMajorityNotOffered,
        errors.BallotNotOpenYet,
        errors.BallotClosed,
        errors.DependentCardRefused,
        errors.ChannelNotYours,
        errors.KeyNotForChannel,
        errors.KeyOfAnother,
        errors.KeyNotRegistered,
        errors.KeyNotAttested,
        errors.VoteSignatureWrong,
        errors.EntryOfAnother,
        errors.EntryNotInElectorate,
        errors.AlreadyVoted,
        errors.VoteIdReused,
        TooBusy,
        OutcomeUnknown,
    ),
)
async def post_vote(
    estate_id: EstateId,
    ballot_id: BallotId,
    caller: Annotated[Caller, Depends(allow("owner", "dependent", *CONVENERS))],
    parts: PartsHere,
    signed: Annotated[SignedVote, Depends(sent_vote)],
) -> Response:
    """Take a signed vote and return its receipt; the same vote again gets the same answer."""
    cast = await cast_vote(parts, caller, estate_id=estate_id, ballot_id=ballot_id, signed=signed)
    # Validated by its own model already; a second pass would cost a tenth of the request.
    return Response(CastVoteOut.of(cast).model_dump_json(), 201, media_type="application/json")


@router.get(
    "/votes/{vote_id}/receipt",
    operation_id="show_receipt",
    summary="我的选票的回执 / The receipt of one's own vote",
    response_model=ReceiptOut,
    responses=refusals(PROBLEMS, errors.VoteNotFound, errors.CheckpointNotFound),
)
async def get_receipt(  # noqa: PLR0913, PLR0917 - FastAPI hands each its own
    estate_id: EstateId,
    ballot_id: BallotId,
    vote_id: VoteId,
    caller: Annotated[Caller, Depends(allow("owner", "dependent", *OFFICIALS))],
    parts: PartsHere,
    size: Annotated[int | None, Query(ge=1, le=2**53)] = None,
) -> Response:
    """Show a receipt to the newest published checkpoint, or to the one of `size`.

    To anybody but the owner who cast the vote there is none.
    """
    place = (estate_id, ballot_id)
    receipt = await show_receipt(parts, caller, place=place, vote_id=vote_id, size=size)
    return Response(receipt.encoded(), media_type="application/json")


@router.get(
    "/entries/mine",
    operation_id="show_my_entries",
    summary="我的表决权 / My entries of the electorate",
    responses=refusals(PROBLEMS, errors.BallotNotFound),
)
async def get_my_entries(
    estate_id: EstateId,
    ballot_id: BallotId,
    caller: Annotated[Caller, Depends(allow("owner"))],
    parts: PartsHere,
) -> MyEntriesOut:
    """Show the entries that the caller may vote for."""
    entries = await show_my_entries(parts, caller, estate_id=estate_id, ballot_id=ballot_id)
    return MyEntriesOut(entries=[MyEntryOut.of(entry) for entry in entries])


@router.get(
    "/votes/mine",
    operation_id="show_my_votes",
    summary="我的选票 / My own votes",
    responses=refusals(PROBLEMS, errors.BallotNotFound),
)
async def get_my_votes(
    estate_id: EstateId,
    ballot_id: BallotId,
    caller: Annotated[Caller, Depends(allow("owner"))],
    parts: PartsHere,
) -> MyVotesOut:
    """Show the caller's own votes as they were cast; nobody else ever sees them."""
    votes = await show_my_votes(parts, caller, estate_id=estate_id, ballot_id=ballot_id)
    return MyVotesOut(votes=[MyVoteOut.of(cast) for cast in votes])
