"""What every route of a log is handed."""

from typing import Annotated

from fastapi import Depends, Path, Request

from services.chassis.tlog.parts import KeepsLogs

UUID = r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
EstateId = Annotated[str, Path(pattern=UUID, description="小区 / estate")]


# A coroutine although nothing waits: a plain function would cost a trip to the thread pool.
async def _parts(request: Request) -> KeepsLogs:
    parts = request.app.state.parts
    assert isinstance(parts, KeepsLogs)
    return parts


Held = Annotated[KeepsLogs, Depends(_parts)]
