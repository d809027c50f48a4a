"""Route of step-up codes: one act, confirmed by the person to whom the phone belongs."""

from typing import Annotated

from fastapi import APIRouter, Depends

from services.chassis.callers import Caller, allow
from services.chassis.once import Once, once_for
from services.chassis.problems import refusals
from services.identity.actions.parts import Asked
from services.identity.actions.send_step_up_code import send_step_up_code
from services.identity.api.device_key_bodies import StepUpCodeIn, StepUpCodeOut
from services.identity.api.doors import PartsOf
from services.identity.api.problems import PROBLEMS
from services.identity.domain import errors

router = APIRouter(tags=["sign-in"])


@router.post(
    "/v1/step-up-codes",
    status_code=202,
    operation_id="send_step_up_code",
    summary="发送操作验证码 / Send a code that confirms one act",
    responses=refusals(
        PROBLEMS, errors.SessionEnded, errors.CodeLimitReached, errors.MessageNotSent
    ),
)
async def send_step_up_code_(
    body: StepUpCodeIn,
    caller: Annotated[Caller, Depends(allow("person"))],
    once: Annotated[Once, Depends(once_for(StepUpCodeOut, status=202))],
    parts: PartsOf,
) -> StepUpCodeOut:
    """Send a code to the account's phone; the message says what it confirms."""
    asked, act_sha256 = Asked(caller, once), bytes.fromhex(body.act_sha256)
    life = await send_step_up_code(parts, asked, act=body.act, act_sha256=act_sha256)
    return StepUpCodeOut.of(life)
