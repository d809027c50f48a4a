"""One service as a FastAPI application: the same door, refusals and marks for all of them."""

import asyncio
import gc
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute, iter_route_contexts

from services.chassis import failures
from services.chassis.callers import ANYONE, Allow, Public, callers_of
from services.chassis.callers import public as public_mark
from services.chassis.health import health_router
from services.chassis.limits import LISTED, Limited
from services.chassis.problems import SCHEMA, Problem, Refusals
from services.chassis.telemetry import Traced
from services.chassis.tokens import Signer
from services.chassis.trust import Trust

P = TypeVar("P")
API_VERSION = "1.0.0"


@dataclass(frozen=True)
class Operation:
    """One operation of an application, and who may call it."""

    path: str
    method: str
    callers: Allow | Public

    @property
    def roles(self) -> list[str]:
        """Return the roles that may call, or `anyone`."""
        return list(self.callers.roles) if isinstance(self.callers, Allow) else [ANYONE]

    @property
    def internal(self) -> bool:
        """Return whether the gateway keeps the operation from the public."""
        plumbing = self.path.startswith("/health/")
        return plumbing or (isinstance(self.callers, Allow) and self.callers.internal)


async def _always_ready() -> None:
    return None


@dataclass(frozen=True)
class Service:
    """What `application` builds a service from.

    `ready` raises when the service cannot work. `background` are tasks beside the requests; they
    are cancelled and awaited at the end, before the `closers` run, in order: what they work with is
    still there while they stop.
    """

    name: str
    summary: str
    routers: Iterable[APIRouter]
    problems: Mapping[type[Exception], Problem]
    parts: object
    trust: Trust | None
    signer: Signer | None = None
    ready: Callable[[], Awaitable[object]] = _always_ready
    background: Iterable[Callable[[], Awaitable[None]]] = field(default_factory=tuple)
    closers: Iterable[Callable[[], Awaitable[object]]] = field(default_factory=tuple)


def application(service: Service) -> FastAPI:
    """Return the service as an application.

    Raises:
        RuntimeError: assertions are off, or a route does not name its callers.
    """
    if not __debug__:
        raise RuntimeError("assertions guard invariants here; run without -O")
    app = FastAPI(
        title=f"{service.name} – electronic owner card",
        summary=service.summary,
        version=API_VERSION,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        lifespan=_lifespan(service),
    )
    app.state.name = service.name
    app.state.parts = service.parts
    app.state.trust = service.trust
    for router in service.routers:
        app.include_router(router)
    app.include_router(health_router(service.ready))
    if service.signer is not None:
        app.include_router(_keys_router(service.signer))
    failures.install(app)
    for kind in service.problems:
        app.add_exception_handler(kind, Refusals(service.name, service.problems))
    app.add_middleware(Limited)
    app.add_middleware(Traced)
    operations = operations_of(app)
    # FastAPI's own way to give a document of one's own is to replace the method.
    vars(app)["openapi"] = lambda: _contract(app, service, operations)
    return app


def operations_of(app: FastAPI) -> list[Operation]:
    """Return every operation of an application."""
    found: list[Operation] = []
    for context in iter_route_contexts(app.routes):
        if isinstance(context.original_route, APIRoute):
            path = context.path_format or context.original_route.path_format
            callers = callers_of(path, context.dependant)
            found += [Operation(path, method.lower(), callers) for method in context.methods or ()]
    return found


def parts_of(kind: type[P]) -> Callable[[Request], Awaitable[P]]:
    """Return the dependency that hands a route its service's parts."""

    # A coroutine although nothing waits: a plain function would cost a trip to the thread pool.
    async def parts(request: Request) -> P:
        held = request.app.state.parts
        assert isinstance(held, kind)
        return held

    return parts


def _lifespan(service: Service) -> Callable[[FastAPI], Any]:
    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncGenerator[None]:
        # What lives until the end is taken out of the collector's sight: its pauses were most of
        # the slowest requests' time.
        gc.collect()
        gc.freeze()
        gc.set_threshold(50_000, 20, 50)
        async with _beside(service.background):
            yield
        for close in service.closers:
            await close()

    return lifespan


@asynccontextmanager
async def _beside(works: Iterable[Callable[[], Awaitable[None]]]) -> AsyncGenerator[None]:
    tasks = [asyncio.ensure_future(work()) for work in works]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _keys_router(signer: Signer) -> APIRouter:
    router = APIRouter()

    @router.get(
        "/.well-known/jwks.json",
        operation_id="show_signing_keys",
        summary="公钥集 / Public keys of this issuer (RFC 7517)",
        dependencies=[Depends(public_mark())],
        tags=["keys"],
    )
    async def show_signing_keys() -> dict[str, list[dict[str, str]]]:
        return signer.jwks()

    return router


def _contract(app: FastAPI, service: Service, operations: list[Operation]) -> dict[str, Any]:
    """Return the OpenAPI 3.1 document, with each operation's callers and all problem types."""
    document = get_openapi(
        title=app.title,
        version=app.version,
        summary=app.summary,
        routes=app.routes,
        separate_input_output_schemas=False,
    )
    for one in operations:
        operation = document["paths"][one.path][one.method]
        operation["x-callers"] = one.roles
        operation["x-audience"] = "internal" if one.internal else "public"
        operation["security"] = [{"bearer": []}] if one.roles != [ANYONE] else []
        _complete(operation)
    components = document.setdefault("components", {})
    components["securitySchemes"] = {
        "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
    }
    schemas = components.setdefault("schemas", {})
    schemas["Problem"] = SCHEMA
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    document["x-problems"] = sorted(
        LISTED
        + failures.listed("chassis", failures.TABLE)
        + failures.listed(service.name, service.problems),
        key=lambda problem: cast("str", problem["type"]),
    )
    return document


def _complete(operation: dict[str, Any]) -> None:
    """Say in the contract what the chassis answers on every operation's behalf."""
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    always = {"503": "暂不可用 (temporarily unavailable)"}
    if operation["security"]:
        always |= {"401": "未登录或凭证无效 (no good token)", "403": "无权限 (no such role)"}
    if operation.get("requestBody") or operation.get("parameters"):
        always |= {"400": "无法解析 (unreadable)", "422": "内容不合格式 (malformed)"}
    if operation.get("requestBody"):
        always |= {"413": "过大 (too large)"}
    if any(one["name"].lower() == "idempotency-key" for one in operation.get("parameters", [])):
        always |= {"409": "Idempotency-Key 已用于另一请求 (key stands for another request)"}
    for status, description in always.items():
        said = operation["responses"].get(status)
        if said is None or status == "422":
            operation["responses"][status] = {"description": description, "content": problem}
        elif description not in said["description"]:
            said["description"] += f"; {description}"
