"""The sender of text messages: takes them, and keeps an outbox that only a tester can read.

A message sent again with the same reference is kept once. A slow sender has the message and
answers late: that is the case in which a caller does not know.

Run: `python -m services.chassis.serve simulators.messages --port 9000`.
"""

import asyncio
from collections import deque

from pydantic import Field
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulators.behaviour import broken_answer
from simulators.control import Refused, Told, World, answer_refusal, control_routes, told

KEPT_PER_NUMBER = 20
NUMBERS_MAX = 50_000


class _MessageIn(Told):
    to: str = Field(min_length=3, max_length=20)
    text: str = Field(min_length=1, max_length=500)
    reference: str = Field(min_length=1, max_length=100)


class Outbox:
    """The last messages to each number, within bounds."""

    def __init__(self) -> None:
        self._by_number: dict[str, deque[dict[str, str]]] = {}

    def keep(self, *, to: str, text: str, reference: str) -> None:
        """Keep a message, once per reference."""
        if to not in self._by_number and len(self._by_number) >= NUMBERS_MAX:
            self._by_number.pop(next(iter(self._by_number)))
        kept = self._by_number.setdefault(to, deque(maxlen=KEPT_PER_NUMBER))
        if all(message["reference"] != reference for message in kept):
            kept.append({"to": to, "text": text, "reference": reference})

    def sent(self, *, to: str) -> list[dict[str, str]]:
        """Return the messages to a number, the oldest first."""
        return list(self._by_number.get(to, ()))


def from_environment() -> Starlette:
    """Return the sender: `POST /messages`, and `GET /outbox?to=` with the control secret."""
    world = World.from_environment()
    outbox = Outbox()

    async def send(request: Request) -> Response:
        message = await told(request, _MessageIn)
        behaviour = world.next_behaviour()
        broken = broken_answer(behaviour.manner)
        if broken is None:
            outbox.keep(to=message.to, text=message.text, reference=message.reference)
        await asyncio.sleep(behaviour.pause_seconds)
        if broken is not None:
            return broken
        return JSONResponse({"reference": message.reference, "state": "accepted"}, 202)

    async def show_outbox(request: Request) -> Response:
        world.check_control(request)
        return JSONResponse({"messages": outbox.sent(to=request.query_params.get("to", ""))})

    return Starlette(
        routes=[
            Route("/messages", send, methods=["POST"]),
            Route("/outbox", show_outbox, methods=["GET"]),
            *control_routes(world),
        ],
        exception_handlers={Refused: answer_refusal},
    )
