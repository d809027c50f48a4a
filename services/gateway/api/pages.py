"""The gateway's own pages: the merged contract, its readable form, problem types, the exchange."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

from services.chassis.application import parts_of
from services.chassis.callers import public
from services.gateway.actions.authorise_proxied import authorise_proxied
from services.gateway.actions.parts import Parts
from services.gateway.api.docs import STYLE_HASH, docs_page, problem_page
from services.gateway.api.problems import answer
from services.gateway.domain.contracts import ProblemType
from services.gateway.domain.errors import ExchangeRefused, ProblemUnknown
from services.gateway.domain.proxied import proxied_from

_HTML = {
    "content-security-policy": (
        f"default-src 'none'; style-src '{STYLE_HASH}'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
}
_NOT_MODIFIED = 304


@dataclass(frozen=True)
class _Page:
    """Bytes made once at start, and the tag by which a client asks whether they changed."""

    body: bytes
    headers: Mapping[str, str]

    def reply(self, request: Request) -> Response:
        tag = f'"{hashlib.sha256(self.body).hexdigest()[:32]}"'
        headers = {**self.headers, "etag": tag, "cache-control": "public, max-age=300"}
        asked = request.headers.get("if-none-match", "")
        if tag in {one.strip().removeprefix("W/") for one in asked.split(",")}:
            return Response(None, _NOT_MODIFIED, headers)
        return Response(self.body, headers=headers)


def contract_router(document: Mapping[str, Any]) -> APIRouter:
    """Return the routes of the merged contract, for programs and for people."""
    router = APIRouter(dependencies=[Depends(public())], tags=["documents"])
    as_json = _Page(
        json.dumps(document, ensure_ascii=False, sort_keys=True).encode(),
        {"content-type": "application/json"},
    )
    as_html = _Page(
        docs_page(document).encode(), {"content-type": "text/html; charset=utf-8"} | _HTML
    )

    @router.get("/openapi.json", operation_id="show_contract", summary="接口文档 / OpenAPI 3.1")
    async def show_contract(request: Request) -> Response:
        return as_json.reply(request)

    @router.get("/docs", operation_id="show_docs", summary="可读文档 / readable documentation")
    async def show_docs(request: Request) -> Response:
        return as_html.reply(request)

    return router


def problems_router(types: Mapping[str, ProblemType]) -> APIRouter:
    """Return the route at which a problem's `type` is explained (RFC 9457, 3.1.1)."""
    router = APIRouter(dependencies=[Depends(public())], tags=["documents"])

    @router.get(
        "/problems/{service}/{slug}",
        operation_id="show_problem_type",
        summary="问题类型说明 / explain a problem type",
    )
    async def show_problem_type(service: str, slug: str, request: Request) -> Response:
        found = types.get(f"/problems/{service}/{slug}")
        if found is None:
            raise ProblemUnknown
        if "text/html" in request.headers.get("accept", ""):
            return HTMLResponse(problem_page(found), headers=_HTML)
        return JSONResponse(found.as_json())

    return router


def exchange_router() -> APIRouter:
    """Return the route by which a proxy that forwards by itself gets inside tokens.

    For nginx: `auth_request` to this path with the headers `X-Proxy-Secret`, `X-Original-URI
    $request_uri` and `X-Original-Method $request_method`; then
    `auth_request_set $inside $upstream_http_authorization` and
    `proxy_set_header Authorization $inside`, which is empty for what anyone may ask.
    """
    router = APIRouter(dependencies=[Depends(public())], tags=["exchange"])

    @router.get(
        "/internal/v1/exchange",
        operation_id="authorise_proxied",
        summary="代理换证 / inside token for a proxy's auth_request",
        status_code=204,
    )
    async def exchange(request: Request) -> Response:
        parts = await parts_of(Parts)(request)
        headers = {"cache-control": "no-store"}
        try:
            inside = await authorise_proxied(parts, proxied_from(request.headers.raw))
        except ExchangeRefused as refused:
            return answer(refused)
        if inside is not None:
            headers["authorization"] = f"Bearer {inside}"
        return Response(None, 204, headers)

    return router
