"""Routes of signing in and out. Codes and sessions are limited by count, not by a client's key."""

from typing import Annotated

from fastapi import APIRouter, Depends

from services.chassis.callers import Caller, allow, public
from services.chassis.once import Once, once_for
from services.chassis.problems import refusals
from services.identity.actions.end_session import end_session
from services.identity.actions.exchange_token import exchange_token
from services.identity.actions.open_session import open_session
from services.identity.actions.parts import Asked
from services.identity.actions.renew_session import renew_session
from services.identity.actions.send_sign_in_code import send_sign_in_code
from services.identity.api.doors import PartsOf
from services.identity.api.people_bodies import (
    ExchangeIn,
    ExchangeOut,
    RenewalIn,
    SessionIn,
    SessionOut,
    SignInCodeIn,
    SignInCodeOut,
)
from services.identity.api.problems import PROBLEMS
from services.identity.domain import errors
from services.identity.domain.sign_in import CODE_LIFE

router = APIRouter(tags=["sign-in"])


@router.post(
    "/v1/sign-in-codes",
    status_code=202,
    operation_id="send_sign_in_code",
    summary="发送登录验证码 / Send a sign-in code to a phone",
    dependencies=[Depends(public())],
    responses=refusals(PROBLEMS, errors.CodeLimitReached, errors.MessageNotSent),
)
async def send_sign_in_code_(body: SignInCodeIn, parts: PartsOf) -> SignInCodeOut:
    """Answer alike for phones that have an account and for those that have none."""
    await send_sign_in_code(parts, phone=body.phone)
    return SignInCodeOut(expires_in=int(CODE_LIFE.total_seconds()))


@router.post(
    "/v1/sessions",
    status_code=201,
    operation_id="open_session",
    summary="用验证码登录 / Sign in with the code",
    dependencies=[Depends(public())],
    responses=refusals(PROBLEMS, errors.CodeNotAccepted),
)
async def open_session_(body: SessionIn, parts: PartsOf) -> SessionOut:
    """Return an access token for minutes and a refresh token for thirty days."""
    return SessionOut.of(await open_session(parts, phone=body.phone, code=body.code))


@router.post(
    "/v1/session-renewals",
    status_code=201,
    operation_id="renew_session",
    summary="续期 / Exchange a refresh token for fresh tokens, once",
    dependencies=[Depends(public())],
    responses=refusals(PROBLEMS, errors.RefreshTokenNotAccepted),
)
async def renew_session_(body: RenewalIn, parts: PartsOf) -> SessionOut:
    """Replace the refresh token; presenting it a second time ends the session."""
    return SessionOut.of(await renew_session(parts, refresh_token=body.refresh_token))


@router.delete(
    "/v1/sessions/current",
    status_code=204,
    operation_id="end_session",
    summary="退出登录 / Sign out",
    responses=refusals(PROBLEMS, errors.SessionEnded),
)
async def end_session_(
    caller: Annotated[Caller, Depends(allow("person"))],
    once: Annotated[Once, Depends(once_for(None, status=204))],
    parts: PartsOf,
) -> None:
    """End the session and its refresh tokens."""
    await end_session(parts, Asked(caller, once))


@router.post(
    "/internal/v1/exchanges",
    operation_id="exchange_token",
    summary="换取内部令牌 / Exchange an app's token for one service's",
    responses=refusals(PROBLEMS, errors.OutsideTokenNotAccepted),
)
async def exchange_token_(
    body: ExchangeIn,
    _caller: Annotated[Caller, Depends(allow("service:gateway"))],
    parts: PartsOf,
) -> ExchangeOut:
    """Return a token with the roles that the account holds on the named estate only."""
    inside = await exchange_token(
        parts, token=body.token, audience=body.audience, estate_id=body.estate_id
    )
    return ExchangeOut.of(inside)
