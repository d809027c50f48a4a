"""Routes of ballots: draft, announce, read."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from services.chassis.application import parts_of
from services.chassis.callers import Caller, allow
from services.chassis.once import Once, once_for
from services.chassis.problems import refusals
from services.voting.actions.announce_ballot import announce_ballot
from services.voting.actions.draft_ballot import draft_ballot
from services.voting.actions.list_ballots import list_ballots
from services.voting.actions.parts import Parts
from services.voting.actions.show_ballot import show_ballot
from services.voting.api import paging
from services.voting.api.ballot_bodies import (
    AnnouncementIn,
    AnnouncementOut,
    BallotIn,
    BallotOut,
    BallotPageOut,
)
from services.voting.api.callers import CONVENERS, READERS, BallotId, EstateId
from services.voting.api.problems import PROBLEMS
from services.voting.domain import errors

router = APIRouter(prefix="/v1/estates/{estate_id}/ballots", tags=["ballots"])
PartsHere = Annotated[Parts, Depends(parts_of(Parts))]


@router.post(
    "",
    operation_id="draft_ballot",
    summary="起草表决 / Draft a ballot",
    status_code=201,
    responses=refusals(
        PROBLEMS,
        errors.ConveningReasonNeeded,
        errors.ConveningReasonMisplaced,
        errors.KindUnknown,
        errors.KindNotVoted,
    ),
)
async def post_ballot(
    estate_id: EstateId,
    caller: Annotated[Caller, Depends(allow(*CONVENERS))],
    once: Annotated[Once, Depends(once_for(BallotOut))],
    parts: PartsHere,
    body: BallotIn,
) -> BallotOut:
    """Write a ballot of the body that the caller acts for."""
    return BallotOut.of(await draft_ballot(parts, caller, estate_id, body.value(), once=once))


@router.post(
    "/{ballot_id}/announcement",
    operation_id="announce_ballot",
    summary="公告表决，冻结议题、时间、规则和名册 / Announce and freeze a ballot",
    status_code=201,
    responses=refusals(
        PROBLEMS,
        errors.BallotNotFound,
        errors.BallotAlreadyAnnounced,
        errors.DraftOfAnotherBody,
        errors.NoticeTooShort,
        errors.VotingTooShort,
        errors.VotingTooLong,
        errors.RegisterNotSignedOff,
        errors.ElectorateRefused,
        errors.ElectorateNotVerified,
    ),
)
async def post_announcement(  # noqa: PLR0913, PLR0917 - FastAPI hands each its own
    estate_id: EstateId,
    ballot_id: BallotId,
    caller: Annotated[Caller, Depends(allow(*CONVENERS))],
    once: Annotated[Once, Depends(once_for(AnnouncementOut))],
    parts: PartsHere,
    body: AnnouncementIn,
) -> AnnouncementOut:
    """Publish a draft; nothing of it changes afterwards."""
    order = body.value(estate_id, ballot_id)
    return AnnouncementOut.of(await announce_ballot(parts, caller, order, once=once))


@router.get(
    "", operation_id="list_ballots", summary="表决列表 / Ballots of an estate, newest first"
)
async def get_ballots(  # noqa: PLR0913, PLR0917 - FastAPI hands each its own
    estate_id: EstateId,
    caller: Annotated[Caller, Depends(allow(*READERS))],
    parts: PartsHere,
    request: Request,
    response: Response,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> BallotPageOut:
    """List ballots; drafts are shown to those who convene."""
    place, drafts = paging.place_of(cursor), caller.has(*CONVENERS)
    page = await list_ballots(parts, estate_id, before=place, limit=limit, drafts=drafts)
    paging.link_next(request, response, page, limit)
    return BallotPageOut(ballots=[BallotOut.of(seen) for seen in page])


@router.get(
    "/{ballot_id}",
    operation_id="show_ballot",
    summary="一次表决 / One ballot",
    responses=refusals(PROBLEMS, errors.BallotNotFound),
)
async def get_ballot(
    estate_id: EstateId,
    ballot_id: BallotId,
    caller: Annotated[Caller, Depends(allow(*READERS))],
    parts: PartsHere,
) -> BallotOut:
    """Show a ballot; drafts are shown to those who convene."""
    drafts = caller.has(*CONVENERS)
    return BallotOut.of(
        await show_ballot(parts, estate_id=estate_id, ballot_id=ballot_id, drafts=drafts)
    )
