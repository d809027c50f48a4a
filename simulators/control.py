"""The control API of a simulator: behaviour and people, for whoever knows the control secret.

Without a secret in the environment the control API does not exist. Nothing that arrives here or at
a simulator is logged: it is personal data.
"""

import hmac
import logging
import os
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from services.chassis.clock import Clock, ShiftedClock, SystemClock
from simulators.behaviour import Behaviour, Manner
from simulators.register import Register, read_register

BODY_BYTES_MAX = 16 * 1024

B = TypeVar("B", bound=BaseModel)


class Told(BaseModel):
    """A body sent to a simulator; unknown members are mistakes."""

    model_config = ConfigDict(extra="forbid")


class _BehaviourIn(Told):
    answer: Manner
    times: int | None = Field(default=None, ge=1)
    delay_seconds: float = Field(default=0.0, ge=0, le=300)


class _PersonIn(Told):
    name: str
    document_type: str
    document_number: str
    unit_code: str = ""


class Refused(Exception):
    """The request is not acceptable; `reply` says why, without repeating any of it."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.reply = JSONResponse({"error": reason}, status)


class World:
    """One simulator's memory: what is true, and how it is told to answer."""

    def __init__(self, register: Register, clock: Clock, secret: str | None) -> None:
        self.register = register
        self.clock = clock
        self.behaviour = Behaviour()
        self._secret = secret

    @classmethod
    def from_environment(cls) -> "World":
        """Return the world that `SIMULATOR_REGISTER`, `…_CONTROL_SECRET`, `…_CLOCK_FILE` name."""
        # Paths of the outbox hold telephone numbers: no access log, however uvicorn was started.
        logging.getLogger("uvicorn.access").disabled = True
        register, shift = (
            os.environ.get(f"SIMULATOR_{name}") for name in ("REGISTER", "CLOCK_FILE")
        )
        clock = ShiftedClock(Path(shift)) if shift else SystemClock()
        truth = read_register(Path(register) if register else None)
        return cls(truth, clock, os.environ.get("SIMULATOR_CONTROL_SECRET"))

    def next_behaviour(self) -> Behaviour:
        """Return how the request at hand is answered, and count it."""
        current = self.behaviour
        self.behaviour = current.after_one()
        return current

    def check_control(self, request: Request) -> None:
        """Let a holder of the control secret pass; for others there is nothing here."""
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        secret = self._secret or ""
        if not secret or not hmac.compare_digest(given.encode(), secret.encode()):
            raise Refused(404, "not_found")


async def told(request: Request, kind: type[B]) -> B:
    """Return the request's body as `kind`.

    Raises:
        Refused: it is too large or not of that form.
    """
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > BODY_BYTES_MAX:
            raise Refused(413, "too_large")
    try:
        return kind.model_validate_json(bytes(content))
    except ValidationError:
        # From None: the cause would carry the values into a log.
        raise Refused(400, "malformed") from None


async def answer_refusal(_request: Request, refused: Exception) -> Response:
    """Answer a `Refused` with its reply; for Starlette's table of handlers."""
    assert isinstance(refused, Refused)
    return refused.reply


def control_routes(world: World) -> list[Route]:
    """Return the routes that every simulator has beside its own."""

    async def change_behaviour(request: Request) -> Response:
        world.check_control(request)
        body = await told(request, _BehaviourIn)
        world.behaviour = Behaviour(body.answer, body.times, body.delay_seconds)
        return Response(None, 204)

    async def add_person(request: Request) -> Response:
        world.check_control(request)
        body = await told(request, _PersonIn)
        world.register.add(name=body.name, number=body.document_number, unit_code=body.unit_code)
        return Response(None, 201)

    async def show_readiness(_request: Request) -> Response:
        return JSONResponse({"status": "ready"})

    return [
        Route("/control/behaviour", change_behaviour, methods=["PUT"]),
        Route("/control/people", add_person, methods=["POST"]),
        Route("/health/ready", show_readiness, methods=["GET"]),
    ]
