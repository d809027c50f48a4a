"""What an outside source may throw at us, and what goes out to it."""

import json

import httpx
import pytest

from services.identity.clients.messages import Messages
from services.identity.clients.property_registry import PropertyRegistry
from services.identity.clients.source import ANSWER_BYTES_MAX
from services.identity.domain.answers import Answer
from services.identity.domain.documents import Document, DocumentType
from services.identity.domain.errors import MessageNotSent
from services.identity.domain.unit import Holder
from tests.identity.outside import Answerer, OutsideWorld

PERSON = Holder("测试", Document(DocumentType.RESIDENT_IDENTITY, "330199197002264559"))
PADDING = b" " * ANSWER_BYTES_MAX
GOOD = {"answer": "match", "reference": "r"}


async def answer(reply: Answerer) -> Answer:
    world = OutsideWorld()
    world.answers("/matches", reply)
    async with world.client() as client:
        registry = PropertyRegistry(client, deadline_seconds=1.0)
        found = await registry.match(PERSON, unit_code="U", reference="r")
    return found.answer


def refuses_connections(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("refused", request=request)


def ends_in_the_middle(request: httpx.Request) -> httpx.Response:
    raise httpx.RemoteProtocolError("cut", request=request)


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (lambda _: httpx.Response(200, json=GOOD | {"unknown": [1, {}]}), Answer.MATCH),
        (lambda _: httpx.Response(200, text='{"answer":"match","reference":"r"}'), Answer.MATCH),
        (lambda _: httpx.Response(201, json=GOOD), Answer.UNAVAILABLE),
        (lambda _: httpx.Response(200, json=GOOD | {"as_of": "yesterday"}), Answer.UNAVAILABLE),
        (
            lambda _: httpx.Response(200, json=GOOD | {"as_of": "2026-01-01T00:00:00"}),
            Answer.UNAVAILABLE,  # an instant without a zone is no instant
        ),
        (lambda _: httpx.Response(200, content=b"\xff\xfe"), Answer.UNAVAILABLE),
        (lambda _: httpx.Response(200, content=b"[" * 60_000), Answer.UNAVAILABLE),
        (
            lambda _: httpx.Response(200, content=json.dumps(GOOD).encode() + PADDING),
            Answer.UNAVAILABLE,
        ),
        (refuses_connections, Answer.UNAVAILABLE),
        (ends_in_the_middle, Answer.UNAVAILABLE),
    ],
)
async def test_only_the_agreed_form_is_an_answer(reply: Answerer, expected: Answer) -> None:
    assert await answer(reply) is expected


async def test_an_answer_carries_its_source_and_its_dates() -> None:
    world = OutsideWorld()
    dates = {"as_of": "2026-01-01T00:00:00Z", "expires_at": "2026-07-01T00:00:00+08:00"}
    world.answers("/matches", "no_match", provider="registry of the city", **dates)
    async with world.client() as client:
        found = await PropertyRegistry(client).match(PERSON, unit_code="U", reference="r")
    assert (found.provider, found.reference) == ("registry of the city", "r")
    assert found.as_of is not None
    assert found.expires_at is not None
    assert world.asked == [
        {
            "name": "测试",
            "document_type": "RESIDENT_IDENTITY",
            "document_number": "330199197002264559",
            "unit_code": "U",
            "reference": "r",
        }
    ]


async def test_a_message_nobody_took_is_a_refusal() -> None:
    world = OutsideWorld()
    world.answers("/messages", refuses_connections)
    async with world.client() as client:
        with pytest.raises(MessageNotSent):
            await Messages(client).send(phone="1", text="t", reference="r")
