"""Live: the process answers. Ready: it can do its work, on a schema that its code expects."""

from collections.abc import Awaitable, Callable

from fastapi import APIRouter, Depends

from services.chassis.callers import public
from services.chassis.database import Database
from services.chassis.telemetry import log


class NotReady(Exception):
    """The service runs and cannot do its work yet."""

    zh = "服务尚未就绪。"
    en = "The service is not ready."


def health_router(ready: Callable[[], Awaitable[object]]) -> APIRouter:
    """Return the routes by which an orchestrator decides about this process."""
    router = APIRouter(prefix="/health", tags=["health"], dependencies=[Depends(public())])

    @router.get("/live", operation_id="show_liveness", summary="Is the process alive")
    async def show_liveness() -> dict[str, str]:
        return {"status": "live"}

    @router.get("/ready", operation_id="show_readiness", summary="Can the process do its work")
    async def show_readiness() -> dict[str, str]:
        await ready()
        return {"status": "ready"}

    return router


def schema_at(database: Database, revision: str) -> Callable[[], Awaitable[None]]:
    """Return the readiness question "is the database at the revision that this code expects"."""

    async def ready() -> None:
        found = await database.revision()
        if found != revision:
            log.warning("schema differs", extra={"expected": revision, "found": found})
            raise NotReady

    return ready
