"""Proving a real name over HTTP, with a provider that answers in every way."""

import asyncio
import time
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import text

from tests.identity.city import City, identity_number


async def answers_about(city: City, account_id: str) -> list[str]:
    """Return what was stored of the providers' answers about an account."""
    assert city.database is not None
    query = text(
        "SELECT answer FROM provider_answers WHERE account_id = CAST(:id AS uuid) ORDER BY asked_at"
    )
    async with city.database.begin() as connection:
        return list((await connection.execute(query, {"id": account_id})).scalars())


async def test_a_match_raises_the_level_and_shows_a_masked_name(city: City) -> None:
    person = await city.person(verified=False)
    reply = await person.verify()
    assert (reply.status_code, reply.json()["answer"], reply.json()["level"]) == (201, "match", 2)
    me = (await person.ask("GET", "/v1/me")).json()
    assert (me["level"], me["roles"]) == (2, [])
    assert me["name"].startswith("测*")
    assert person.name not in str(me)


@pytest.mark.parametrize("answer", ["no_match", "inconclusive"])
async def test_any_other_answer_proves_nothing_and_is_kept(city: City, answer: str) -> None:
    person = await city.person(verified=False)
    city.outside.answers("/checks", answer)
    reply = await person.verify()
    assert (reply.status_code, reply.json()["answer"], reply.json()["level"]) == (201, answer, 1)
    assert await answers_about(city, person.account_id) == [answer]


@pytest.mark.parametrize(
    ("reply", "answer"),
    [
        (httpx.Response(503), "unavailable"),
        (httpx.Response(500, text="<html>"), "unavailable"),
        (httpx.Response(302, headers={"location": "http://elsewhere"}), "unavailable"),
        (httpx.Response(429), "limited"),
        (httpx.Response(200, text='{"answer": "mat'), "unavailable"),
        (httpx.Response(200, json={"answer": ["match"], "reference": 7}), "unavailable"),
        (httpx.Response(200, json={"answer": "certainly", "reference": "1"}), "unavailable"),
        (httpx.Response(200, json=[]), "unavailable"),
    ],
)
async def test_a_source_that_fails_denies_nothing(
    city: City, reply: httpx.Response, answer: str
) -> None:
    person = await city.person(verified=False)
    city.outside.answers("/checks", lambda _: reply)
    assert (await person.verify()).json()["answer"] == answer
    city.outside.forget()
    assert (await person.verify()).json()["level"] == 2


async def test_a_match_that_has_expired_is_inconclusive(city: City) -> None:
    person = await city.person(verified=False)
    past = city.clock.now().isoformat()
    city.outside.answers("/checks", "match", expires_at=past)
    assert (await person.verify()).json()["answer"] == "inconclusive"


async def test_names_and_numbers_are_asked_in_their_plain_spelling(city: City) -> None:
    person = await city.person(verified=False)
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in person.number)
    reply = await person.verify(document_number=f" {wide} ", name=f"　{person.name} ")
    assert reply.json()["level"] == 2
    asked = city.outside.asked[-1]
    assert (asked["name"], asked["document_number"]) == (person.name, person.number)
    assert set(asked) == {"name", "document_type", "document_number", "reference"}


@pytest.mark.parametrize(
    ("changed", "slug"),
    [
        ({"document_number": "330106199902290029"}, "document-number-wrong"),
        ({"document_number": "3301061999022"}, "document-number-wrong"),
        (
            {"document_type": "CREDIT_CODE", "document_number": "91330100MA27XW0B5G"},
            "desk-check-needed",
        ),
    ],
)
async def test_what_cannot_be_proved_by_phone_is_not_even_asked(
    city: City, changed: dict[str, str], slug: str
) -> None:
    person = await city.person(verified=False)
    before = len(city.outside.asked)
    reply = await person.verify(**changed)
    assert (reply.status_code, reply.json()["type"]) == (409, f"/problems/identity/{slug}")
    assert len(city.outside.asked) == before
    assert changed["document_number"] not in reply.text


async def test_an_account_stays_the_person_it_is(city: City) -> None:
    person = await city.person()
    reply = await person.verify(document_number=identity_number(99_999))
    assert reply.json()["type"] == "/problems/identity/account-already-verified"


async def test_a_second_account_of_one_person_is_refused_and_on_file(city: City) -> None:
    first, second = await city.person(), await city.person(verified=False)
    second.name, second.number = first.name, first.number
    reply = await second.verify()
    assert (reply.status_code, reply.json()["type"]) == (
        409,
        "/problems/identity/person-already-verified",
    )
    assert await answers_about(city, second.account_id) == ["match"]
    assert (await second.ask("GET", "/v1/me")).json()["level"] == 1


async def test_of_two_accounts_proving_one_person_at_once_one_wins(city: City) -> None:
    people = [await city.person(verified=False) for _ in range(4)]
    for other in people[1:]:
        other.name, other.number = people[0].name, people[0].number
    replies = await asyncio.gather(*(person.verify() for person in people))
    assert sorted(reply.status_code for reply in replies) == [201, 409, 409, 409]


async def test_five_denials_a_day_are_enough(city: City) -> None:
    person = await city.person(verified=False)
    city.outside.answers("/checks", "no_match")
    for _ in range(5):
        assert (await person.verify()).status_code == 201
    asked = len(city.outside.asked)
    reply = await person.verify()
    assert reply.status_code == 429
    assert len(city.outside.asked) == asked
    city.outside.forget()
    city.clock.advance(days=1)
    await city.sign_in(person)
    assert (await person.verify()).json()["level"] == 2


async def test_guesses_made_at_once_are_five_a_day_too(city: City) -> None:
    person = await city.person(verified=False)
    city.outside.answers("/checks", "no_match")
    replies = await asyncio.gather(*(person.verify() for _ in range(12)))
    assert sorted(reply.status_code for reply in replies) == [201] * 5 + [429] * 7
    kept = await answers_about(city, person.account_id)
    assert set(kept) == {"no_match"}


async def test_the_same_key_asks_the_provider_once(city: City) -> None:
    person = await city.person(verified=False)
    body = {
        "name": person.name,
        "document_type": "RESIDENT_IDENTITY",
        "document_number": person.number,
        "consent_version": "2026-01",
    }
    headers = {"idempotency-key": str(uuid4())}
    first = await person.ask("POST", "/v1/verifications", json=body, headers=dict(headers))
    asked = len(city.outside.asked)
    again = await person.ask("POST", "/v1/verifications", json=body, headers=dict(headers))
    assert first.json() == again.json()
    assert len(city.outside.asked) == asked
    other = await person.ask(
        "POST", "/v1/verifications", json=body | {"name": "别人"}, headers=dict(headers)
    )
    assert other.json()["type"] == "/problems/chassis/key-reused"


async def test_a_body_with_anything_unknown_is_malformed(city: City) -> None:
    person = await city.person(verified=False)
    assert (await person.verify(face="…")).status_code == 422
    assert (await person.verify(document_type="LIBRARY_CARD")).status_code == 422


async def test_a_slow_source_is_not_waited_for(city: City) -> None:
    person = await city.person(verified=False)

    def slow(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("too slow", request=request)

    city.outside.answers("/checks", slow)
    started = time.perf_counter()
    assert (await person.verify()).json()["answer"] == "unavailable"
    assert time.perf_counter() - started < 3
