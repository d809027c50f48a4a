"""Routes of turnout and result, of an item's authority, and of the rule table."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import StreamingResponse

from services.chassis.application import parts_of
from services.chassis.callers import Caller, allow, public
from services.chassis.once import Once, once_for
from services.chassis.problems import refusals
from services.chassis.revalidation import NOT_MODIFIED
from services.voting.actions.count_ballot import count_ballot
from services.voting.actions.export_bundle import export_bundle
from services.voting.actions.parts import Parts
from services.voting.actions.show_authority import show_authority
from services.voting.actions.show_result import show_result
from services.voting.actions.show_turnout import show_turnout
from services.voting.api.callers import CONVENERS, READERS, BallotId, EstateId, ItemId
from services.voting.api.etags import tagged
from services.voting.api.problems import PROBLEMS
from services.voting.api.result_bodies import (
    AuthorityOut,
    DecisionRulesOut,
    ResultOut,
    TurnoutOut,
)
from services.voting.domain import errors
from services.voting.domain.rules import current_rules

router = APIRouter()
PartsHere = Annotated[Parts, Depends(parts_of(Parts))]
BUNDLE = "application/jsonl"
BALLOT = "/v1/estates/{estate_id}/ballots/{ballot_id}"


@router.post(
    f"{BALLOT}/result",
    operation_id="count_ballot",
    summary="计票并公布结果 / Count a closed ballot",
    status_code=201,
    tags=["results"],
    responses=refusals(
        PROBLEMS,
        errors.BallotNotFound,
        errors.BallotNotAnnounced,
        errors.BallotStillOpen,
        errors.AlreadyCounted,
        errors.FrozenRecordsChanged,
    ),
)
async def post_result(
    estate_id: EstateId,
    ballot_id: BallotId,
    caller: Annotated[Caller, Depends(allow(*CONVENERS))],
    once: Annotated[Once, Depends(once_for(ResultOut))],
    parts: PartsHere,
) -> ResultOut:
    """Count by the frozen rules and publish the result, once."""
    return ResultOut.of(
        await count_ballot(parts, caller, estate_id=estate_id, ballot_id=ballot_id, once=once)
    )


@router.get(
    f"{BALLOT}/turnout",
    operation_id="show_turnout",
    summary="参与情况（人数与面积）/ Turnout in people and area",
    tags=["results"],
    response_model=TurnoutOut,
    responses={**refusals(PROBLEMS, errors.BallotNotFound), **NOT_MODIFIED},
    dependencies=[Depends(allow(*READERS))],
)
async def get_turnout(
    estate_id: EstateId, ballot_id: BallotId, parts: PartsHere, request: Request
) -> Response:
    """Show how many took part, never how they chose."""
    turnout = await show_turnout(parts, estate_id=estate_id, ballot_id=ballot_id)
    return tagged(request, TurnoutOut.of(turnout))


@router.get(
    f"{BALLOT}/result",
    operation_id="show_result",
    summary="表决结果与计算过程 / Result with its arithmetic",
    tags=["results"],
    response_model=ResultOut,
    responses={
        **refusals(PROBLEMS, errors.BallotNotFound, errors.NotCountedYet),
        **NOT_MODIFIED,
    },
    dependencies=[Depends(allow(*READERS))],
)
async def get_result(
    estate_id: EstateId, ballot_id: BallotId, parts: PartsHere, request: Request
) -> Response:
    """Show the published result."""
    document = await show_result(parts, estate_id=estate_id, ballot_id=ballot_id)
    return tagged(request, ResultOut.of(document))


@router.get(
    f"{BALLOT}/bundle",
    operation_id="export_bundle",
    summary="导出可独立验证的表决数据 / Export a counted ballot for verification",
    tags=["results"],
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "JSON lines: a header, every leaf of the log, the electorate, an end",
            "content": {BUNDLE: {"schema": {"type": "string"}}},
        },
        **refusals(PROBLEMS, errors.BallotNotFound, errors.NotCountedYet),
    },
)
async def get_bundle(
    estate_id: EstateId,
    ballot_id: BallotId,
    caller: Annotated[Caller, Depends(allow(*READERS))],
    parts: PartsHere,
) -> StreamingResponse:
    """Export everything that a verifier needs; single votes as the announced policy allows."""
    lines = await export_bundle(parts, caller, estate_id=estate_id, ballot_id=ballot_id)
    return StreamingResponse(lines, media_type=BUNDLE)


@router.get(
    "/internal/v1/estates/{estate_id}/items/{item_id}/authority",
    operation_id="show_authority",
    summary="议题的授权情况 / What an item authorises",
    tags=["results"],
    responses=refusals(PROBLEMS, errors.ItemNotFound),
    dependencies=[Depends(allow("service:ledger"))],
)
async def get_authority(estate_id: EstateId, item_id: ItemId, parts: PartsHere) -> AuthorityOut:
    """Tell the ledger whether an item passed, and up to what budget."""
    return AuthorityOut.of(await show_authority(parts, estate_id=estate_id, item_id=item_id))


@router.get(
    "/v1/decision-rules",
    operation_id="show_decision_rules",
    summary="表决规则表 / The decision rules in force",
    tags=["rules"],
    response_model=DecisionRulesOut,
    responses={**NOT_MODIFIED},
    dependencies=[Depends(public())],
)
async def get_decision_rules(request: Request) -> Response:
    """Show the rule table that new ballots are announced under."""
    return tagged(request, DecisionRulesOut.of(current_rules()))
