"""The door that all services share: tokens, roles, keys, bodies, problems, contract."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import uuid4

import asyncpg
import httpx
import pytest
from fastapi import APIRouter, Depends, FastAPI
from pydantic import BaseModel
from sqlalchemy import MetaData, text
from sqlalchemy.ext.asyncio import create_async_engine

from services.chassis.application import Service, application, parts_of
from services.chassis.callers import Caller, allow
from services.chassis.database import Begin, Database, async_url
from services.chassis.once import Once, once_for, retries_table
from tests.support.contract import checked_client
from tests.support.postgres import Databases
from tests.support.tokens import TestIssuer, bearer, over_asgi, trust_in

ESTATE = "0b8b3b4e-3a5e-4f0e-9d43-3d1f3b0c7a11"
ISSUER = TestIssuer()


class NoteIn(BaseModel):
    text: str


class NoteOut(BaseModel):
    text: str
    made: int

    @classmethod
    def of(cls, value: tuple[str, int]) -> "NoteOut":
        return cls(text=value[0], made=value[1])


class NoteRefused(Exception):
    """The note is refused."""


@dataclass(frozen=True)
class Parts:
    begin: Begin
    made: list[str]


router = APIRouter()


@router.post("/v1/estates/{estate_id}/notes", status_code=201, operation_id="write_note")
async def write_note(
    estate_id: str,
    body: NoteIn,
    caller: Annotated[Caller, Depends(allow("owner"))],
    once: Annotated[Once, Depends(once_for(NoteOut))],
    parts: Annotated[Parts, Depends(parts_of(Parts))],
) -> NoteOut:
    assert caller.estate_id == estate_id
    async with parts.begin(once) as connection:
        await connection.execute(text("SELECT 1"))
        parts.made.append(body.text)
        if body.text == "break":
            raise RuntimeError("a secret value")
        if body.text == "wait":
            await connection.execute(text("SET LOCAL statement_timeout = '20ms'"))
            await connection.execute(text("SELECT pg_sleep(5)"))
        answer = await once.keep(connection, (body.text, len(parts.made)))
    return NoteOut.of(answer)


@pytest.fixture(scope="session")
async def notes(databases: Databases) -> AsyncIterator[FastAPI]:
    admin = await asyncpg.connect(databases.superuser_url("postgres"))
    await admin.execute("CREATE DATABASE notes")
    await admin.close()
    url = databases.superuser_url("notes")
    metadata = MetaData()
    retries_table(metadata)
    engine = create_async_engine(async_url(url))
    async with engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
    await engine.dispose()
    database = Database(url)
    parts = Parts(database.begin, [])
    yield application(
        Service("notes", "For tests", [router], {}, parts, trust_in(ISSUER), ISSUER.signer)
    )
    await database.close()


def client_of(app: FastAPI, **token: Any) -> httpx.AsyncClient:
    given = {"estate_id": ESTATE, "roles": ["owner"], "subject": str(uuid4())} | token
    return checked_client(app, ISSUER.inside_token("notes", **given))


PATH = f"/v1/estates/{ESTATE}/notes"


async def post(client: httpx.AsyncClient, body: dict[str, Any], key: str = "") -> httpx.Response:
    return await client.post(PATH, json=body, headers={"idempotency-key": key or str(uuid4())})


async def test_the_same_key_with_the_same_body_gives_the_same_answer(notes: FastAPI) -> None:
    key = str(uuid4())
    async with client_of(notes) as client:
        first = await post(client, {"text": "one"}, key)
        again = await post(client, {"text": "one"}, key)
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    assert again.headers["idempotency-replayed"] == "true"


async def test_the_same_key_with_another_body_is_a_conflict(notes: FastAPI) -> None:
    key = str(uuid4())
    async with client_of(notes) as client:
        await post(client, {"text": "one"}, key)
        other = await post(client, {"text": "two"}, key)
    assert other.status_code == 409
    assert other.json()["type"] == "/problems/chassis/key-reused"


async def test_two_callers_with_one_key_do_not_share_an_answer(notes: FastAPI) -> None:
    key = str(uuid4())
    async with client_of(notes) as one, client_of(notes) as two:
        first = await post(one, {"text": "mine"}, key)
        second = await post(two, {"text": "mine"}, key)
    assert first.json() != second.json()


async def test_a_key_is_required(notes: FastAPI) -> None:
    async with client_of(notes) as client:
        reply = await client.post(PATH, json={"text": "x"})
    assert reply.json()["type"] == "/problems/chassis/key-missing"


@pytest.mark.parametrize(
    ("changed", "status", "slug"),
    [
        ({"roles": []}, 403, "not-of-this-estate"),
        ({"roles": ["person", "verified"]}, 403, "not-of-this-estate"),
        ({"roles": ["auditor"]}, 403, "role-missing"),
        ({"estate_id": str(uuid4())}, 403, "not-of-this-estate"),
        ({"estate_id": None}, 403, "not-of-this-estate"),
    ],
)
async def test_only_a_holder_of_the_role_on_this_estate_passes(
    notes: FastAPI, changed: dict[str, Any], status: int, slug: str
) -> None:
    async with client_of(notes, **changed) as client:
        reply = await post(client, {"text": "x"})
    assert (reply.status_code, reply.json()["type"]) == (status, f"/problems/chassis/{slug}")


async def test_a_service_token_opens_no_persons_route(notes: FastAPI) -> None:
    async with checked_client(notes, ISSUER.service_token("notes")) as client:
        assert (await post(client, {"text": "x"})).status_code == 401


async def test_no_token_is_401_and_says_how(notes: FastAPI) -> None:
    async with checked_client(notes) as client:
        reply = await post(client, {"text": "x"})
    assert reply.status_code == 401
    assert reply.headers["www-authenticate"] == "Bearer"


async def test_a_malformed_body_is_named_by_place_never_by_value(notes: FastAPI) -> None:
    async with client_of(notes) as client:
        reply = await post(client, {"text": 330199197002264559})
    assert reply.status_code == 422
    assert "330199197002264559" not in reply.text
    assert reply.json()["places"] == [{"where": "body.text", "what": "string_type"}]


@pytest.mark.parametrize(
    ("content", "slug"),
    [
        (b"{", "unreadable"),
        (b"[" * 1000 + b"]" * 1000, "too-deep"),
        (b'{"text": "' + b"x" * 1_100_000 + b'"}', "too-large"),
        (b'{"text": "\xff\xfe"}', "unreadable"),
    ],
)
async def test_a_body_that_cannot_be_read_is_refused(
    notes: FastAPI, content: bytes, slug: str
) -> None:
    async with client_of(notes) as client:
        headers = {"content-type": "application/json", "idempotency-key": str(uuid4())}
        reply = await client.post(PATH, content=content, headers=headers)
    assert reply.json()["type"].endswith(slug)
    assert reply.status_code in {400, 413}


async def test_brackets_inside_a_string_are_no_depth(notes: FastAPI) -> None:
    async with client_of(notes) as client:
        reply = await post(client, {"text": "[" * 500 + '\\"{'})
    assert reply.status_code == 201


async def test_an_unexpected_failure_tells_the_caller_nothing(notes: FastAPI) -> None:
    token = ISSUER.inside_token("notes", estate_id=ESTATE, roles=["owner"])
    async with httpx.AsyncClient(
        transport=over_asgi(notes), base_url="http://service", headers=bearer(token)
    ) as client:
        reply = await post(client, {"text": "break"})
    assert reply.status_code == 500
    assert "secret" not in reply.text


async def test_an_unexpected_failure_ends_in_the_service(notes: FastAPI) -> None:
    """A server that sees it would write it into its own log, values and all."""
    token = ISSUER.inside_token("notes", estate_id=ESTATE, roles=["owner"])
    seen_by_the_server = httpx.ASGITransport(app=notes, raise_app_exceptions=True)
    async with httpx.AsyncClient(
        transport=seen_by_the_server, base_url="http://service", headers=bearer(token)
    ) as client:
        assert (await post(client, {"text": "break"})).status_code == 500


async def test_a_lock_that_is_held_too_long_is_an_absence_not_a_bug(notes: FastAPI) -> None:
    reply = await post(client_of(notes), {"text": "wait"})
    assert (reply.status_code, reply.headers["retry-after"]) == (503, "2")


async def test_a_route_that_names_no_callers_keeps_the_application_from_starting() -> None:
    bare = APIRouter()

    @bare.get("/v1/open")
    async def forgotten() -> None:
        return None

    with pytest.raises(RuntimeError, match="names its callers"):
        application(Service("bare", "For tests", [bare], {}, None, trust_in(ISSUER)))


async def test_the_contract_says_who_may_call(notes: FastAPI) -> None:
    operation = notes.openapi()["paths"]["/v1/estates/{estate_id}/notes"]["post"]
    assert operation["x-callers"] == ["owner"]
    assert operation["x-audience"] == "public"
    assert {"400", "401", "403", "409", "413", "422", "503"} <= set(operation["responses"])


async def test_public_keys_are_published_without_the_private_part(notes: FastAPI) -> None:
    async with checked_client(notes) as client:
        keys = (await client.get("/.well-known/jwks.json")).json()["keys"]
    assert keys
    assert all("d" not in key and key["kid"] for key in keys)


async def test_a_neighbour_that_was_taken_over_cannot_speak_for_a_person() -> None:
    ledger = TestIssuer("ledger")
    trust = trust_in(ISSUER, ledger)
    app = application(Service("notes", "For tests", [router], {}, None, trust))
    forged = ledger.inside_token("notes", estate_id=ESTATE, roles=["owner"])
    async with checked_client(app, forged) as client:
        assert (await post(client, {"text": "x"})).status_code == 401


async def test_a_neighbour_speaks_for_itself_alone() -> None:
    voting, ledger = TestIssuer("voting"), TestIssuer("ledger")
    own = APIRouter()

    @own.get(
        "/internal/v1/x", operation_id="show_x", dependencies=[Depends(allow("service:voting"))]
    )
    async def show_x() -> dict[str, str]:
        return {}

    app = application(Service("notes", "For tests", [own], {}, None, trust_in(voting, ledger)))
    claims = {"sub": "voting", "aud": "notes"}
    forged = ledger.signer.mint(claims, typ="service+jwt", seconds=60)
    for token, status in (
        (voting.service_token("notes"), 200),
        (ledger.service_token("notes"), 403),
        (forged, 401),
        (voting.service_token("ledger"), 401),
    ):
        async with checked_client(app, token) as client:
            assert (await client.get("/internal/v1/x")).status_code == status
