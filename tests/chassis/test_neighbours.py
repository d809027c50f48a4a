"""A neighbour's absence is an answer, and so is its refusal."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from services.chassis.neighbours import Neighbour, NeighbourAway, NeighbourRefused


def neighbour(answer: httpx.Response | Exception) -> tuple[Neighbour, list[httpx.Request]]:
    seen: list[httpx.Request] = []

    def serve(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        if isinstance(answer, Exception):
            raise answer
        return answer

    client = httpx.AsyncClient(transport=httpx.MockTransport(serve), base_url="http://voting")
    return Neighbour("voting", client, lambda audience: f"token-for-{audience}"), seen


async def test_a_call_carries_a_token_for_that_neighbour_a_trace_and_the_key() -> None:
    voting, seen = neighbour(httpx.Response(201, json={"done": 1}))
    assert await voting.post("/x", {"a": 1}, key="k") == {"done": 1}
    (request,) = seen
    assert request.headers["authorization"] == "Bearer token-for-voting"
    assert request.headers["idempotency-key"] == "k"
    assert request.headers["traceparent"].startswith("00-")


@pytest.mark.parametrize(
    "answer",
    [
        httpx.ConnectError("refused"),
        httpx.ReadTimeout("slow"),
        httpx.Response(200, text="<html>"),
        httpx.Response(200, json=[1]),
        httpx.Response(500, json={"type": "x"}),
        httpx.Response(503, json={"type": "x"}),
        httpx.Response(200, content=b"\xff\xfe\xfa", headers={"content-type": "application/json"}),
    ],
)
async def test_what_is_no_answer_is_an_absence(answer: httpx.Response | Exception) -> None:
    voting, seen = neighbour(answer)
    with pytest.raises(NeighbourAway) as away:
        await voting.get("/x")
    assert away.value.facts == {"neighbour": "voting"}
    assert len(seen) == 1, "nothing is retried here"


async def test_a_refusal_keeps_the_problem() -> None:
    voting, _ = neighbour(httpx.Response(409, json={"type": "/problems/voting/x"}))
    with pytest.raises(NeighbourRefused) as refused:
        await voting.get("/x")
    assert (refused.value.status, refused.value.kind) == (409, "/problems/voting/x")


class Drip(httpx.AsyncByteStream):
    """Sends a byte now and then, for ever."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            yield b" "
            await asyncio.sleep(0.01)


async def test_a_neighbour_that_drips_is_away_when_the_deadline_comes() -> None:
    client = httpx.AsyncClient(
        transport=httpx.MockTransport(lambda _: httpx.Response(200, stream=Drip())),
        base_url="http://voting",
    )
    voting = Neighbour("voting", client, str, deadline_seconds=0.2)
    with pytest.raises(NeighbourAway):
        await asyncio.wait_for(voting.get("/x"), 10)
