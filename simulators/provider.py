"""A source that answers questions about people: match, no match, inconclusive, or not at all."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

from pydantic import Field
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulators.behaviour import Manner, broken_answer
from simulators.control import Refused, Told, World, answer_refusal, control_routes, told
from simulators.register import Register, Verdict

ANSWER_LIFE = timedelta(days=180)
_VERDICTS = frozenset({Manner.MATCH, Manner.NO_MATCH, Manner.INCONCLUSIVE})


class PersonQuestion(Told):
    """Is this the person that the document names?"""

    name: str = Field(min_length=1, max_length=200)
    document_type: str = Field(min_length=1, max_length=60)
    document_number: str = Field(min_length=1, max_length=60)
    reference: str = Field(min_length=1, max_length=100)


Q = TypeVar("Q", bound=PersonQuestion)


def source(
    provider: str,
    path: str,
    question: type[Q],
    truth: Callable[[Register, Q], Verdict],
) -> Starlette:
    """Return a simulator that answers `question` at `path` from the world of its environment."""
    world = World.from_environment()

    async def ask(request: Request) -> Response:
        asked = await told(request, question)
        behaviour = world.next_behaviour()
        await asyncio.sleep(behaviour.pause_seconds)
        broken = broken_answer(behaviour.manner)
        if broken is not None:
            return broken
        honest = truth(world.register, asked)
        verdict = behaviour.manner.value if behaviour.manner in _VERDICTS else honest
        return _answer(world, provider, asked.reference, verdict)

    return Starlette(
        routes=[Route(path, ask, methods=["POST"]), *control_routes(world)],
        exception_handlers={Refused: answer_refusal},
    )


def _answer(world: World, provider: str, reference: str, verdict: str) -> Response:
    now = world.clock.now().replace(microsecond=0)
    return JSONResponse(
        {
            "answer": verdict,
            "reference": reference,
            "provider": provider,
            "as_of": now.isoformat(),
            "expires_at": (now + ANSWER_LIFE).isoformat(),
        }
    )
