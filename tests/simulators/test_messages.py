"""The text sender, in the process and as a process."""

import asyncio
import os
import socket
import sys

import httpx
import pytest

from simulators import messages
from tests.simulators.conftest import CONTROL, SECRET, Connect, client_into

PHONE = "+8619900000001"
MESSAGE = {"to": PHONE, "text": "验证码 246810", "reference": "message-1"}


async def outbox(client: httpx.AsyncClient, to: str = PHONE) -> list[dict[str, str]]:
    reply = await client.get("/outbox", params={"to": to}, headers=CONTROL)
    assert reply.status_code == 200
    kept: list[dict[str, str]] = reply.json()["messages"]
    return kept


async def test_a_message_is_accepted_and_stands_in_the_outbox_of_its_number(
    connect: Connect,
) -> None:
    async with connect(messages.from_environment) as client:
        reply = await client.post("/messages", json=MESSAGE)
        assert reply.status_code == 202
        assert await outbox(client) == [MESSAGE]
        assert await outbox(client, "+8619900000002") == []


async def test_the_same_reference_is_kept_once(connect: Connect) -> None:
    async with connect(messages.from_environment) as client:
        await client.post("/messages", json=MESSAGE)
        await client.post("/messages", json=MESSAGE)
        await client.post("/messages", json=MESSAGE | {"reference": "message-2"})
        assert [one["reference"] for one in await outbox(client)] == ["message-1", "message-2"]


@pytest.mark.parametrize("answer", ["unavailable", "limited", "error", "broken_json"])
async def test_a_failing_sender_keeps_nothing(connect: Connect, answer: str) -> None:
    async with connect(messages.from_environment) as client:
        told = {"answer": answer, "times": 1}
        await client.put("/control/behaviour", json=told, headers=CONTROL)
        await client.post("/messages", json=MESSAGE)
        assert await outbox(client) == []


async def test_the_outbox_is_closed_without_the_secret(
    connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with connect(messages.from_environment) as client:
        await client.post("/messages", json=MESSAGE)
        for headers in ({}, {"authorization": f"Bearer {SECRET}x"}):
            reply = await client.get("/outbox", params={"to": PHONE}, headers=headers)
            assert reply.status_code == 404
    monkeypatch.delenv("SIMULATOR_CONTROL_SECRET")
    async with client_into(messages.from_environment) as client:
        reply = await client.get("/outbox", params={"to": PHONE}, headers=CONTROL)
        assert reply.status_code == 404


async def test_the_oldest_number_goes_when_the_outbox_is_full(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(messages, "NUMBERS_MAX", 2)
    kept = messages.Outbox()
    for number in ("1", "2", "3"):
        kept.keep(to=number, text="x", reference="r")
    assert [len(kept.sent(to=number)) for number in ("1", "2", "3")] == [0, 1, 1]


async def test_a_process_of_its_own_never_writes_a_number_or_a_text() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "uvicorn", "--factory", "simulators.messages:from_environment"),
        *("--port", str(port)),
        env=os.environ | {"SIMULATOR_CONTROL_SECRET": SECRET},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            await _until_ready(client)
            assert (await client.post("/messages", json=MESSAGE)).status_code == 202
            assert await outbox(client) == [MESSAGE]
    finally:
        process.terminate()
        written, _ = await process.communicate()
    assert b"startup complete" in written
    assert b"19900000001" not in written
    assert b"246810" not in written


async def _until_ready(client: httpx.AsyncClient) -> None:
    for _ in range(200):
        try:
            if (await client.get("/health/ready")).is_success:
                return
        except httpx.TransportError:
            await asyncio.sleep(0.05)
    raise AssertionError("never ready")
