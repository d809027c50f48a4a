"""Routes of votes: cast one, see one's own."""

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Request, Response

from services.chassis.application import parts_of
from services.chassis.callers import Caller, allow
from services.chassis.once import checked_key
from services.chassis.problems import refusals
from services.voting.actions.cast_vote import cast_vote
from services.voting.actions.parts import Parts
from services.voting.actions.show_my_entries import show_my_entries
from services.voting.actions.show_my_votes import show_my_votes
from services.voting.api.callers import BallotId, EstateId
from services.voting.api.problems import PROBLEMS
from services.voting.api.vote_bodies import (
    VOTE_DOCUMENT,
    CastVoteOut,
    MyEntriesOut,
    MyEntryOut,
    MyVoteOut,
    MyVotesOut,
)
from services.voting.domain import errors
from services.voting.domain.vote import Vote, read_vote

router = APIRouter(prefix="/v1/estates/{estate_id}/ballots/{ballot_id}", tags=["votes"])
PartsHere = Annotated[Parts, Depends(parts_of(Parts))]


async def sent_vote(
    request: Request, idempotency_key: Annotated[str | None, Header()] = None
) -> Vote:
    """Return the vote of a request, from the bytes as they came; its own id is its key.

    The document is read here and not by a model: its bytes are what is hashed, kept and signed.
    """
    key = checked_key(idempotency_key)
    vote = read_vote(await request.body())
    if vote.vote_id != key:
        raise errors.IdempotencyKeyDiffers(
            "Idempotency-Key 须与选票编号一致。", "The Idempotency-Key of a vote is its vote_id."
        )
    return vote


@router.post(
    "/votes",
    operation_id="cast_vote",
    summary="投票 / Cast a vote",
    status_code=201,
    response_model=CastVoteOut,
    openapi_extra=VOTE_DOCUMENT,
    responses=refusals(
        PROBLEMS,
        errors.BallotNotFound,
        errors.VoteUnreadable,
        errors.ChoiceUnknown,
        errors.IdempotencyKeyDiffers,
        errors.VoteForAnotherBallot,
        errors.ItemNotPublished,
        errors.ItemUnanswered,
        errors.FollowMajorityNotOffered,
        errors.BallotNotOpenYet,
        errors.BallotClosed,
        errors.EntryOfAnother,
        errors.DependentCardRefused,
        errors.AlreadyVoted,
        errors.VoteIdReused,
    ),
)
async def post_vote(
    estate_id: EstateId,
    ballot_id: BallotId,
    caller: Annotated[Caller, Depends(allow("owner", "dependent"))],
    parts: PartsHere,
    vote: Annotated[Vote, Depends(sent_vote)],
) -> Response:
    """Take a vote; the same vote again gets the same answer."""
    cast = await cast_vote(parts, caller, estate_id=estate_id, ballot_id=ballot_id, vote=vote)
    # Validated by its own model already; a second pass would cost a tenth of the request.
    return Response(CastVoteOut.of(cast).model_dump_json(), 201, media_type="application/json")


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
