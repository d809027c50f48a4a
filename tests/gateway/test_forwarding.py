"""What reaches a service, and what comes back, through a gateway on a real server."""

import asyncio
import json
from collections.abc import AsyncIterator

import httpx
import pytest

from services.chassis.tokens import Expected
from tests.gateway.conftest import World
from tests.gateway.fakes import StreamingService
from tests.support.tokens import TestIssuer, trust_in

BALLOTS = "/v1/estates/estate-1/ballots"
VOTES = f"{BALLOTS}/b-1/votes"
CSV = {"content-type": "text/csv"}


async def test_a_request_reaches_its_service_as_it_was_written(world: World) -> None:
    client = await world.client()
    body = json.dumps({"选择": "AGREE"}, ensure_ascii=False).encode()
    headers = world.signed_in() | {
        "content-type": "application/json; charset=utf-8",
        "accept-language": "zh, en;q=0.5",
        "idempotency-key": "7d0c8f1e-0000-4000-8000-000000000000",
    }
    reply = await client.post(f"{VOTES}?a=1&b=%2F..&c=%E4%B8%AD", content=body, headers=headers)
    assert (reply.status_code, reply.json()) == (200, {"ok": True})
    [heard] = world.voting.heard
    assert (heard.method, heard.path, heard.query) == ("POST", VOTES, "a=1&b=%2F..&c=%E4%B8%AD")
    assert heard.body == body
    assert heard.header("content-type") == "application/json; charset=utf-8"
    assert heard.header("accept-language") == "zh, en;q=0.5"
    assert heard.header("idempotency-key") == "7d0c8f1e-0000-4000-8000-000000000000"
    assert world.ledger.heard == []


async def test_the_service_gets_a_token_for_itself_and_never_the_clients(world: World) -> None:
    client = await world.client()
    token = world.token()
    await client.get(BALLOTS, headers={"authorization": f"Bearer {token}"})
    [heard] = world.voting.heard
    inside = (heard.header("authorization") or "").removeprefix("Bearer ")
    claims = await trust_in(world.issuer, clock=world.clock).read(
        inside, Expected("inside+jwt", "voting", "identity")
    )
    assert (claims["aud"], claims["estate"]) == ("voting", "estate-1")
    assert token not in str(heard)


LOOK_ALIKES = [
    "X-User",
    "X_User",
    "X.User",
    "X-Subject",
    "X-Estate-Id",
    "X-Roles",
    "X-Forwarded-User",
    "X-Forwarded-For",
    "Forwarded",
    "Remote-User",
    "X-Proxy-Secret",
    "X-Original-URI",
    "Cookie",
    "Proxy-Authorization",
]


async def test_headers_that_look_like_an_identity_die_at_the_door(world: World) -> None:
    client = await world.client()
    await client.get(BALLOTS, headers=world.signed_in() | dict.fromkeys(LOOK_ALIKES, "admin"))
    [heard] = world.voting.heard
    names = {name for name, _ in heard.headers}
    assert names <= {"host", "accept", "authorization", "traceparent", "content-length"}
    assert "admin" not in str(heard)


async def test_hop_by_hop_headers_end_here_in_both_directions(world: World) -> None:
    world.voting.headers = [("x-internal", "1"), ("server", "inner"), ("set-cookie", "a=b")]
    client = await world.client()
    hops = {"connection": "authorization, x-a", "te": "trailers", "keep-alive": "9"}
    reply = await client.get(BALLOTS, headers=world.signed_in() | hops | {"x-a": "b"})
    [heard] = world.voting.heard
    assert heard.header("authorization") is not None
    assert not {"connection", "te", "keep-alive", "x-a"} & {name for name, _ in heard.headers}
    assert set(reply.headers) == {
        "content-type",
        "content-length",
        "cache-control",
        "x-content-type-options",
        "date",
    }


async def test_the_trace_goes_on_and_an_unreadable_one_begins_anew(world: World) -> None:
    client = await world.client()
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    for given in (f"00-{trace}-00f067aa0ba902b7-01", "00-x-y-01"):
        await client.get(BALLOTS, headers=world.signed_in() | {"traceparent": given})
    first, second = (heard.header("traceparent") or "" for heard in world.voting.heard)
    assert first.split("-")[1] == trace
    assert len(second.split("-")[1]) == 32
    assert trace not in second


async def test_a_reply_keeps_its_status_body_and_named_headers(world: World) -> None:
    world.voting.status = 409
    world.voting.reply = '{"type":"/problems/voting/ballot-closed","title":"已截止"}'.encode()
    world.voting.headers = [
        ("content-type", "application/problem+json"),
        ("etag", '"7"'),
        ("link", '</v1/x>; rel="next"'),
        ("retry-after", "9"),
        ("cache-control", "no-cache"),
    ]
    client = await world.client()
    reply = await client.get(BALLOTS, headers=world.signed_in())
    assert (reply.status_code, reply.content) == (409, world.voting.reply)
    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.headers["etag"] == '"7"'
    assert reply.headers["link"] == '</v1/x>; rel="next"'
    assert reply.headers["retry-after"] == "9"
    assert reply.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("status", [204, 304])
async def test_a_reply_without_a_body_stays_without(world: World, status: int) -> None:
    world.identity.status, world.identity.reply = status, b""
    client = await world.client()
    reply = await client.delete("/v1/sessions/current", headers=world.signed_in())
    assert (reply.status_code, reply.content) == (status, b"")


async def test_what_anyone_may_ask_needs_no_token_and_gets_none(world: World) -> None:
    client = await world.client()
    await client.get("/v1/decision-rules")
    await client.get("/v1/decision-rules", headers={"authorization": "Bearer anything.at.all"})
    assert [heard.header("authorization") for heard in world.voting.heard] == [None, None]
    assert world.identity.exchanges == []


async def test_an_upload_streams_to_the_service_while_it_arrives(world: World) -> None:
    client = await world.client()
    rows = [f"行 {number}\n".encode() * 2_000 for number in range(40)]
    arrived: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    async def upload() -> AsyncIterator[bytes]:
        for row in rows[:-1]:
            yield row
        # The exchange happened and the service has the request before the last row is sent.
        while not world.identity.exchanges:  # noqa: ASYNC110 - another server's memory
            await asyncio.sleep(0.01)
        arrived.set_result(len(world.identity.exchanges))
        yield rows[-1]

    path = "/v1/estates/estate-1/register-imports"
    reply = await client.post(path, content=upload(), headers=world.signed_in() | CSV)
    assert reply.status_code == 200
    heard = world.identity.heard[-1]
    assert (heard.body, heard.whole) == (b"".join(rows), True)
    assert heard.header("transfer-encoding") == "chunked"
    assert await arrived == 1


async def test_a_large_upload_with_a_length_keeps_its_length(world: World) -> None:
    client = await world.client()
    sheet = b"a,b,c\n" * 200_000
    path = "/v1/estates/estate-1/register-imports"
    reply = await client.post(path, content=sheet, headers=world.signed_in() | CSV)
    assert reply.status_code == 200
    heard = world.identity.heard[-1]
    assert heard.body == sheet
    assert heard.header("content-length") == str(len(sheet))
    assert heard.header("transfer-encoding") is None


async def test_a_reply_streams_to_the_client_while_it_is_made(world: World) -> None:
    slow = StreamingService()
    world.ledger.answer = slow.answer  # type: ignore[method-assign]  # this ledger answers so
    client = await world.client()
    path = "/v1/estates/estate-1/ledger/entries"
    seen = b""
    async with client.stream("GET", path, headers=world.signed_in()) as reply:
        slow.may_go_on.release()
        pieces = reply.aiter_raw()
        for number in range(3):
            seen += await anext(pieces)
            # The next piece does not exist yet: this one was not held back for it.
            assert seen.endswith(f"piece {number}\n".encode())
            slow.may_go_on.release()
    assert seen == b"piece 0\npiece 1\npiece 2\n"


async def test_a_large_reply_arrives_whole(world: World) -> None:
    world.ledger.reply = b"0123456789abcdef" * 100_000
    client = await world.client()
    path = "/v1/estates/estate-1/ledger/entries"
    reply = await client.get(path, headers=world.signed_in())
    assert reply.content == world.ledger.reply
    assert reply.headers["content-length"] == str(len(world.ledger.reply))


@pytest.mark.parametrize(
    ("method", "path", "status", "slug"),
    [
        ("GET", "/v1/nothing", 404, "no-such-operation"),
        ("GET", "/internal/v1/exchanges", 404, None),
        ("POST", "/internal/v1/exchanges", 404, None),
        ("PATCH", BALLOTS, 405, "method-not-offered"),
        ("OPTIONS", BALLOTS, 405, "method-not-offered"),
        ("HEAD", BALLOTS, 405, None),
        ("TRACE", BALLOTS, 405, "method-not-offered"),
        ("GET", "/v1/estates/a%2fb/ballots", 400, "request-not-plain"),
    ],
)
async def test_what_is_not_offered_is_refused_with_a_problem(
    world: World, method: str, path: str, status: int, slug: str | None
) -> None:
    client = await world.client()
    reply = await client.request(method, path, headers=world.signed_in())
    assert reply.status_code == status
    if slug is not None:
        assert reply.headers["content-type"] == "application/problem+json"
        assert reply.json()["type"] == f"/problems/gateway/{slug}"
        assert reply.json()["title"]
        assert reply.json()["title_en"]
    if status == 405:
        assert reply.headers["allow"] == "GET, POST"
    assert world.voting.heard == []
    assert world.identity.heard == []


@pytest.mark.parametrize(
    "authorization",
    [
        [],
        ["Basic abc"],
        ["Bearer"],
        ["Bearer a b"],
        ["Bearer not-a-token"],
        ["Bearer {good}", "Bearer {good}"],
        ["Bearer {good}x"],
        ["Bearer {inside}"],
        ["Bearer {other}"],
        ["Bearer {late}"],
        ["Bearer {elsewhere}"],
    ],
)
async def test_a_bad_token_gets_401_and_reaches_nobody(
    world: World, authorization: list[str]
) -> None:
    stranger = TestIssuer("identity", world.clock)
    claims = {"sub": "a", "aud": "gateway", "sid": "s"}
    late = world.token()
    world.clock.advance(seconds=601)
    tokens = {
        "good": world.token(),
        "inside": world.issuer.inside_token("gateway"),
        "other": stranger.signer.mint(claims, typ="at+jwt", seconds=60),
        "late": late,
        "elsewhere": world.token(aud="voting"),
    }
    client = await world.client()
    lines = [("authorization", line.format(**tokens)) for line in authorization]
    reply = await client.get(BALLOTS, headers=lines)
    assert reply.status_code == 401
    assert reply.headers["www-authenticate"].startswith("Bearer")
    slug = "token-not-accepted" if authorization else "token-missing"
    assert reply.json()["type"] == f"/problems/chassis/{slug}"
    assert world.voting.heard == []
    assert world.identity.exchanges == []


async def test_a_service_that_the_gateway_knows_cannot_let_anybody_in(world: World) -> None:
    voting = TestIssuer("voting", world.clock)
    client = await world.client(trust=trust_in(world.issuer, voting, clock=world.clock))
    claims = {"sub": "account-1", "aud": "gateway", "sid": "session-1"}
    forged = voting.signer.mint(claims, typ="at+jwt", seconds=60)
    reply = await client.get(BALLOTS, headers={"authorization": f"Bearer {forged}"})
    assert reply.status_code == 401
    assert world.identity.exchanges == []


async def test_no_reply_names_a_server(world: World) -> None:
    client = await world.client()
    for path in ("/v1/decision-rules", "/v1/nothing", "/docs", "/health/live"):
        reply: httpx.Response = await client.get(path)
        assert "server" not in reply.headers
