"""What every service refuses alike: bad tokens, bad bodies, absent parts. One table, one place."""

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.chassis.callers import NotOfThisEstate, RoleMissing, TokenMissing, TokenNotAccepted
from services.chassis.database import Meaning, meaning_of
from services.chassis.health import NotReady
from services.chassis.neighbours import NeighbourAway
from services.chassis.once import KeyMissing, KeyReused, Replayed
from services.chassis.problems import Problem, ProblemAnswer, Refusals, answer_for
from services.chassis.telemetry import log

TABLE: Mapping[type[Exception], Problem] = {
    TokenMissing: Problem(401, "token-missing", "未登录", "No token"),
    TokenNotAccepted: Problem(401, "token-not-accepted", "登录凭证无效", "Token not accepted"),
    RoleMissing: Problem(403, "role-missing", "无权限", "No such role"),
    NotOfThisEstate: Problem(403, "not-of-this-estate", "非本小区人员", "Not of this estate"),
    KeyMissing: Problem(400, "key-missing", "缺少 Idempotency-Key", "Idempotency-Key missing"),
    KeyReused: Problem(409, "key-reused", "Idempotency-Key 重复", "Idempotency-Key reused"),
    NeighbourAway: Problem(503, "neighbour-away", "相关服务暂不可用", "A neighbour is away"),
    RequestValidationError: Problem(422, "malformed", "内容不合格式", "Malformed request"),
    StarletteHTTPException: Problem(400, "unreadable", "无法解析", "Unreadable request"),
    OperationalError: Problem(503, "database-away", "数据库暂不可用", "The database is away"),
    NotReady: Problem(503, "not-ready", "尚未就绪", "Not ready"),
    Exception: Problem(500, "failed", "系统错误", "Something broke"),
}

_STATUS_SLUGS = {404: "no-such-page", 405: "method-not-allowed", 400: "unreadable"}


def install(app: FastAPI) -> None:
    """Let every failure that all services share answer with its problem document."""
    shared = Refusals("chassis", TABLE)
    refusals: tuple[type[Exception], ...] = (
        TokenMissing,
        TokenNotAccepted,
        RoleMissing,
        NotOfThisEstate,
        KeyMissing,
        KeyReused,
        NeighbourAway,
        NotReady,
    )
    for kind in refusals:
        app.add_exception_handler(kind, shared)
    app.add_exception_handler(Replayed, _replay)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(StarletteHTTPException, _http)
    # Starlette looks a handler up by the classes that the exception derives from, nearest first.
    lost: tuple[type[Exception], ...] = (DBAPIError, PoolTimeout, OSError)
    for kind in lost:
        app.add_exception_handler(kind, _database)
    app.add_middleware(Unfailing)


def listed(service: str, table: Mapping[type[Exception], Problem]) -> list[dict[str, Any]]:
    """Return the problem types of `table` as the contract lists them."""
    return [
        {
            "type": problem.type_for(service),
            "status": problem.status,
            "title": problem.title_zh,
            "title_en": problem.title_en,
        }
        | ({"article": problem.article} if problem.article else {})
        for problem in table.values()
    ]


class Unfailing:
    """ASGI middleware: answers what nobody foresaw, and lets nothing of it reach the server.

    Starlette's own last handler raises again after it has answered; the server would then write
    the exception with every value that its sentences quote.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; a reply that was begun is left unfinished, so the client knows."""
        begun = False

        async def noting(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, noting)
        except Exception as failed:
            if scope["type"] != "http":
                raise
            answer = _failed(failed)
            if not begun:
                await answer(scope, receive, send)


async def _replay(_request: Request, replayed: Exception) -> Response:
    assert isinstance(replayed, Replayed)
    headers = {"idempotency-replayed": "true"}
    media_type = "application/json" if replayed.body else None
    return Response(replayed.body, replayed.status, headers=headers, media_type=media_type)


async def _malformed(_request: Request, malformed: Exception) -> Response:
    """Say where the request is malformed, never what stood there: it may be personal."""
    assert isinstance(malformed, RequestValidationError)
    places = [
        {"where": ".".join(str(step) for step in error["loc"]), "what": error["type"]}
        for error in malformed.errors()[:20]
    ]
    unreadable = any(place["what"] == "json_invalid" for place in places)
    kind = StarletteHTTPException if unreadable else RequestValidationError
    problem = TABLE[kind]
    document = ProblemAnswer(
        type=problem.type_for("chassis"),
        status=problem.status,
        title=problem.title_zh,
        title_en=problem.title_en,
        facts={"places": places},
    )
    return document.response()


async def _http(_request: Request, refused: Exception) -> Response:
    assert isinstance(refused, StarletteHTTPException)
    slug = _STATUS_SLUGS.get(refused.status_code, "unreadable")
    problem = Problem(refused.status_code, slug, str(refused.detail), str(refused.detail))
    answer = answer_for("chassis", problem, refused)
    return answer.response(refused.headers)


async def _database(_request: Request, failed: Exception) -> Response:
    """Answer a lost connection as an absence; any other database error is a bug of ours."""
    if meaning_of(failed) not in {Meaning.PASSING, Meaning.LOST}:
        return _failed(failed)
    log.error("database away", extra={"cause": type(failed).__name__})
    document = answer_for("chassis", TABLE[OperationalError], failed)
    return document.response({"retry-after": "2"})


def _failed(failed: Exception) -> Response:
    """Tell the log everything but values, and the caller nothing."""
    cause = getattr(failed, "orig", failed)
    log.error(
        "unexpected failure",
        extra={"kind": type(failed).__name__, "cause": type(cause).__name__},
        exc_info=failed,
    )
    return answer_for("chassis", TABLE[Exception], Exception()).response()
