"""Codes, sessions, renewals and the exchange, over HTTP."""

import asyncio
from typing import Any

import httpx
import pytest

from services.chassis.tokens import Expected, VerificationKeys, read
from tests.identity.city import City, Person
from tests.support.tokens import bearer


async def code(city: City, person: Person) -> httpx.Response:
    return await city.http.post("/v1/sign-in-codes", json={"phone": person.phone})


async def session(city: City, person: Person, given: str) -> httpx.Response:
    return await city.http.post("/v1/sessions", json={"phone": person.phone, "code": given})


async def renewal(city: City, refresh_token: str) -> httpx.Response:
    return await city.http.post("/v1/session-renewals", json={"refresh_token": refresh_token})


async def exchange(city: City, token: str, **changed: Any) -> httpx.Response:
    body = {"token": token, "audience": "voting", "estate_id": None} | changed
    return await city.http.post("/internal/v1/exchanges", json=body, headers=city.gateway())


def claims(city: City, token: str, audience: str) -> dict[str, Any]:
    keys = VerificationKeys()
    keys.replace("identity", city.parts.signer.jwks())
    return read(token, Expected("inside+jwt", audience, "identity"), keys, city.clock)


def wrong(right: str) -> str:
    return f"{(int(right) + 1) % 1_000_000:06d}"


async def test_a_known_and_an_unknown_phone_get_the_same_answer(city: City) -> None:
    known, unknown = await city.person(verified=False), city.stranger()
    first, second = await code(city, known), await code(city, unknown)
    assert (first.status_code, first.content) == (second.status_code, second.content)
    assert first.status_code == 202


async def test_a_code_signs_in_once(city: City) -> None:
    person = city.stranger()
    await code(city, person)
    given = city.outside.last_code(person.phone)
    assert (await session(city, person, given)).status_code == 201
    again = await session(city, person, given)
    assert again.status_code == 403
    assert again.json()["type"] == "/problems/identity/code-not-accepted"


async def test_signing_in_twice_is_one_account(city: City) -> None:
    person = await city.person(verified=False)
    before = person.account_id
    await city.sign_in(person)
    assert person.account_id == before


async def test_a_code_ends_after_ten_minutes(city: City) -> None:
    person = city.stranger()
    await code(city, person)
    city.clock.advance(minutes=10)
    late = await session(city, person, city.outside.last_code(person.phone))
    assert late.status_code == 403


async def test_five_wrong_guesses_end_a_code_even_all_at_once(city: City) -> None:
    person = city.stranger()
    await code(city, person)
    right = city.outside.last_code(person.phone)
    guesses = await asyncio.gather(*(session(city, person, wrong(right)) for _ in range(20)))
    assert {reply.status_code for reply in guesses} == {403}
    assert (await session(city, person, right)).status_code == 403


async def test_four_wrong_guesses_leave_the_fifth(city: City) -> None:
    person = city.stranger()
    await code(city, person)
    right = city.outside.last_code(person.phone)
    for _ in range(4):
        await session(city, person, wrong(right))
    assert (await session(city, person, right)).status_code == 201


async def test_only_the_newest_code_counts(city: City) -> None:
    person = city.stranger()
    await code(city, person)
    old = city.outside.last_code(person.phone)
    city.clock.advance(seconds=1)
    await code(city, person)
    if old != city.outside.last_code(person.phone):
        assert (await session(city, person, old)).status_code == 403


async def test_a_phone_gets_three_codes_in_ten_minutes_even_asked_at_once(city: City) -> None:
    person = city.stranger()
    replies = await asyncio.gather(*(code(city, person) for _ in range(8)))
    statuses = sorted(reply.status_code for reply in replies)
    assert statuses == [202] * 3 + [429] * 5
    refused = next(reply for reply in replies if reply.status_code == 429)
    assert 0 < refused.json()["retry_after_seconds"] <= 601
    city.clock.advance(minutes=10)
    assert (await code(city, person)).status_code == 202


@pytest.mark.parametrize("status", [500, 400, 302])
async def test_a_message_that_was_not_taken_is_said_so(city: City, status: int) -> None:
    city.outside.answers("/messages", lambda _: httpx.Response(status))
    reply = await code(city, city.stranger())
    assert reply.status_code == 503
    assert reply.json()["type"] == "/problems/identity/message-not-sent"


@pytest.mark.parametrize("phone", ["", "1380000888", "+8613800008888", "１３８００００８８８８"])
async def test_a_phone_is_eleven_plain_digits(city: City, phone: str) -> None:
    reply = await city.http.post("/v1/sign-in-codes", json={"phone": phone})
    assert reply.status_code == 422


async def test_a_refresh_token_gives_the_next_one(city: City) -> None:
    person = await city.person(verified=False)
    second = await renewal(city, person.tokens["refresh_token"])
    assert second.status_code == 201
    assert second.json()["refresh_token"] != person.tokens["refresh_token"]
    assert (await renewal(city, second.json()["refresh_token"])).status_code == 201


async def test_using_a_refresh_token_twice_ends_the_whole_session(city: City) -> None:
    person = await city.person(verified=False)
    stolen = person.tokens["refresh_token"]
    second = (await renewal(city, stolen)).json()
    assert (await renewal(city, stolen)).status_code == 403
    assert (await renewal(city, second["refresh_token"])).status_code == 403
    assert (await exchange(city, second["access_token"])).status_code == 401


async def test_of_renewals_at_once_one_wins_and_the_session_ends(city: City) -> None:
    person = await city.person(verified=False)
    token = person.tokens["refresh_token"]
    replies = await asyncio.gather(*(renewal(city, token) for _ in range(6)))
    assert sorted(reply.status_code for reply in replies) == [201] + [403] * 5
    assert (await exchange(city, person.tokens["access_token"])).status_code == 401


async def test_a_refresh_token_lives_thirty_days(city: City) -> None:
    person = await city.person(verified=False)
    city.clock.advance(days=30, seconds=-1)
    renewed = await renewal(city, person.tokens["refresh_token"])
    assert renewed.status_code == 201
    city.clock.advance(days=30)
    assert (await renewal(city, renewed.json()["refresh_token"])).status_code == 403


async def test_signing_out_ends_tokens_at_the_next_exchange(city: City) -> None:
    person = await city.person(verified=False)
    inside = await person.inside()
    out = await person.ask("DELETE", "/v1/sessions/current")
    assert (out.status_code, out.content) == (204, b"")
    assert (await exchange(city, person.tokens["access_token"])).status_code == 401
    assert (await renewal(city, person.tokens["refresh_token"])).status_code == 403
    me = await city.http.get("/v1/me", headers=inside)
    assert me.json()["type"] == "/problems/identity/session-ended"


async def test_an_outside_token_says_nothing_about_anybody(city: City) -> None:
    person = await city.person()
    keys = VerificationKeys()
    keys.replace("identity", city.parts.signer.jwks())
    said = read(
        person.tokens["access_token"], Expected("at+jwt", "gateway", "identity"), keys, city.clock
    )
    assert set(said) == {"iss", "aud", "sub", "sid", "iat", "exp", "jti"}
    assert said["exp"] - said["iat"] == 600
    assert person.account_id not in str(said)


async def test_every_service_knows_a_person_by_another_name(city: City) -> None:
    person = await city.person()
    token = person.tokens["access_token"]
    seen = {}
    for audience in ("voting", "ledger", "identity"):
        reply = await exchange(city, token, audience=audience)
        seen[audience] = claims(city, reply.json()["token"], audience)
    for claim in ("sub", "owner", "sid"):
        assert len({one[claim] for one in seen.values()}) == 3
    assert {tuple(one["roles"]) for one in seen.values()} == {("person", "verified")}
    assert seen["voting"]["exp"] - seen["voting"]["iat"] == 120


async def test_an_unverified_person_has_no_owner_claim(city: City) -> None:
    person = await city.person(verified=False)
    reply = await exchange(city, person.tokens["access_token"])
    said = claims(city, reply.json()["token"], "voting")
    assert (said["roles"], said["lvl"], said["estate"]) == (["person"], 1, None)
    assert "owner" not in said


@pytest.mark.parametrize("token", ["", "a.b.c", "x" * 4096])
async def test_what_is_no_token_of_ours_is_not_exchanged(city: City, token: str) -> None:
    reply = await exchange(city, token)
    assert reply.status_code == 401
    assert reply.json()["type"] == "/problems/identity/outside-token-not-accepted"


async def test_an_inside_token_and_an_expired_one_are_not_exchanged(city: City) -> None:
    person = await city.person(verified=False)
    inside = (await person.inside())["authorization"].removeprefix("Bearer ")
    assert (await exchange(city, inside)).status_code == 401
    city.clock.advance(seconds=600)
    assert (await exchange(city, person.tokens["access_token"])).status_code == 401


async def test_only_the_gateway_exchanges(city: City) -> None:
    person = await city.person(verified=False)
    body = {"token": person.tokens["access_token"], "audience": "voting"}
    path = "/internal/v1/exchanges"
    by_voting = await city.http.post(path, json=body, headers=city.voting())
    by_nobody = await city.http.post(path, json=body)
    by_person = await city.http.post(path, json=body, headers=await person.inside())
    assert [one.status_code for one in (by_voting, by_nobody, by_person)] == [403, 401, 401]


async def test_an_outside_token_is_no_inside_token(city: City) -> None:
    person = await city.person(verified=False)
    reply = await city.http.get("/v1/me", headers=bearer(person.tokens["access_token"]))
    assert reply.status_code == 401


async def test_the_published_keys_verify_the_tokens(city: City) -> None:
    published = await city.http.get("/.well-known/jwks.json")
    assert published.json() == city.parts.signer.jwks()
