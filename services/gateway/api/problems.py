"""What the public is told about each refusal of the gateway."""

from collections.abc import Mapping
from typing import Any

from starlette.responses import JSONResponse, Response

from services.chassis import failures
from services.chassis.callers import TokenMissing, TokenNotAccepted
from services.chassis.problems import MEDIA_TYPE, Problem, answer_for
from services.gateway.domain import errors

PROBLEMS: Mapping[type[Exception], Problem] = {
    errors.NoSuchOperation: Problem(404, "no-such-operation", "无此接口", "No such operation"),
    errors.MethodNotOffered: Problem(
        405, "method-not-offered", "不支持此方法", "Method not offered", "RFC 9110 15.5.6"
    ),
    errors.RequestNotPlain: Problem(
        400, "request-not-plain", "请求写法有歧义", "The request is ambiguous", "RFC 9112 11.2"
    ),
    errors.HeadersTooLarge: Problem(
        431, "headers-too-large", "请求头过大", "The headers are too large", "RFC 6585 5"
    ),
    errors.BodyEncoded: Problem(
        415, "body-encoded", "不接受压缩内容", "Compressed bodies are not taken", "RFC 9110 15.5.16"
    ),
    errors.BodyTooLarge: Problem(413, "body-too-large", "请求内容过大", "The body is too large"),
    errors.BodyTooSlow: Problem(408, "body-too-slow", "请求内容传送中断", "The body came too slow"),
    errors.BodyCut: Problem(400, "body-cut", "请求内容不完整", "The body was cut"),
    errors.TooManyRequests: Problem(
        429, "too-many-requests", "请求过于频繁", "Too many requests", "RFC 6585 4"
    ),
    errors.TooManySignIns: Problem(
        429, "too-many-sign-ins", "登录过于频繁", "Too many sign-ins", "RFC 6585 4"
    ),
    errors.ServiceAway: Problem(503, "service-away", "服务暂不可用", "A service is away"),
    errors.ServiceBroke: Problem(502, "service-broke", "服务未完整答复", "A service broke off"),
    errors.ServiceSlow: Problem(504, "service-slow", "服务未及时答复", "A service was too slow"),
    errors.ProxyNotKnown: Problem(403, "proxy-not-known", "代理身份不符", "The proxy is not known"),
    errors.ExchangeNotOffered: Problem(
        404, "exchange-not-offered", "未启用代理换证", "No proxy is configured"
    ),
    errors.ProxiedRequestRefused: Problem(
        403, "proxied-request-refused", "无此公开接口", "No public operation is meant"
    ),
    errors.ProblemUnknown: Problem(404, "problem-unknown", "无此问题类型", "No such problem type"),
}


def answer(refusal: Exception) -> Response:
    """Return the problem document for a refusal, of the gateway's own or one that all share."""
    if isinstance(refusal, errors.ExchangeRefused):
        return JSONResponse(refusal.problem, refusal.status, media_type=MEDIA_TYPE)
    headers = getattr(refusal, "headers", None)
    if isinstance(refusal, TokenMissing | TokenNotAccepted):
        shared = failures.TABLE[type(refusal)]
        return answer_for("chassis", shared, refusal).response(headers)
    return answer_for("gateway", PROBLEMS[type(refusal)], refusal).response(headers)


def unexpected() -> Response:
    """Return what is said of a failure that nobody foresaw: nothing."""
    return answer_for("chassis", failures.TABLE[Exception], Exception()).response()


def listed() -> list[dict[str, Any]]:
    """Return the gateway's problem types as a contract lists them."""
    return failures.listed("gateway", PROBLEMS)
