"""Step-up codes over HTTP: one act, one account, one use, few tries."""

import asyncio
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import text

from tests.identity.city import City
from tests.identity.devices import Device, home, keys_in_token, kind, later, texts_to

REFUSED = (403, "code-not-accepted")
ACT = {"act": "REGISTER_DEVICE_KEY", "act_sha256": "ab" * 32}


def wrong(right: str, by: int = 1) -> str:
    return f"{(int(right) + by) % 1_000_000:06d}"


async def test_the_message_says_in_chinese_what_is_confirmed(city: City) -> None:
    place = await home(city)
    reply = await place.device().ask_code()
    assert (reply.status_code, reply.json()) == (202, {"expires_in": 600})
    said = texts_to(place.owner)[-1]
    assert "登记新的投票密钥" in said
    assert "10分钟" in said
    assert city.outside.last_code(place.owner.phone).isdecimal()


async def test_a_code_registers_one_key_and_is_then_used_up(city: City) -> None:
    place = await home(city)
    device = place.device()
    code = await device.code()
    assert (await device.register(code)).status_code == 201
    again = await device.register(code)
    assert kind(again) == (409, "device-key-taken")
    assert kind(await place.device().register(code)) == REFUSED


async def test_a_code_is_written_off_with_the_key_that_it_confirmed(city: City) -> None:
    device = await (await home(city)).device().registered()
    assert city.database is not None
    query = text("""
        SELECT c.used_at IS NOT NULL AS used, c.tries FROM step_up_codes c
          JOIN device_keys k ON k.step_up_code_id = c.id WHERE k.key_hash = :key
    """)
    async with city.database.begin() as connection:
        found = await connection.execute(query, {"key": bytes.fromhex(device.key_id)})
        assert [(row.used, row.tries) for row in found] == [(True, 0)]


async def test_a_code_for_another_act_confirms_nothing(city: City) -> None:
    place = await home(city)
    device, other = place.device(), place.device()
    code = await other.code()
    assert kind(await device.register(code)) == REFUSED
    assert (await other.register(code)).status_code == 201


async def test_a_code_for_the_same_key_on_another_card_confirms_nothing(city: City) -> None:
    here, there = await home(city), await home(city)
    device = here.device()
    elsewhere = Device(here.owner, here.office.estate_id, there.card_id, device.key)
    await device.ask_code(elsewhere.document)
    code = city.outside.last_code(here.owner.phone)
    assert kind(await device.register(code)) == REFUSED


async def test_a_code_of_another_account_confirms_nothing(city: City) -> None:
    place, stranger = await home(city), await city.person()
    device = place.device()
    theirs = Device(stranger, device.estate_id, device.card_id, device.key)
    code = await theirs.code()
    assert kind(await device.register(code)) == REFUSED


async def test_a_sign_in_code_confirms_no_act(city: City) -> None:
    place = await home(city)
    city.clock.advance(minutes=10)
    await city.sign_in(place.owner)
    code = city.outside.last_code(place.owner.phone)
    assert kind(await place.device().register(code)) == REFUSED


async def test_a_step_up_code_signs_nobody_in(city: City) -> None:
    place = await home(city)
    code = await place.device().code()
    body = {"phone": place.owner.phone, "code": code}
    assert kind(await city.http.post("/v1/sessions", json=body)) == REFUSED


@pytest.mark.parametrize(("seconds", "status"), [(599, 201), (600, 403)])
async def test_a_code_ends_after_ten_minutes(city: City, seconds: int, status: int) -> None:
    device = (await home(city)).device()
    code = await device.code()
    await later(device.person, seconds=seconds)
    assert (await device.register(code)).status_code == status


async def test_only_the_latest_code_for_an_act_is_good(city: City) -> None:
    device = (await home(city)).device()
    first, second = await device.code(), await device.code()
    if first != second:
        assert kind(await device.register(first)) == REFUSED
    assert (await device.register(second)).status_code == 201


async def test_five_wrong_guesses_end_a_code_even_all_at_once(city: City) -> None:
    device = (await home(city)).device()
    right = await device.code()
    guesses = await asyncio.gather(*(device.register(wrong(right, by)) for by in range(1, 21)))
    assert {kind(reply) for reply in guesses} == {REFUSED}
    assert kind(await device.register(right)) == REFUSED
    assert await keys_in_token(device.person, device.estate_id) == []


async def test_four_wrong_guesses_leave_the_fifth(city: City) -> None:
    device = (await home(city)).device()
    right = await device.code()
    for by in range(1, 5):
        assert kind(await device.register(wrong(right, by))) == REFUSED
    assert (await device.register(right)).status_code == 201


async def test_a_wrong_guess_sends_no_notice(city: City) -> None:
    device = (await home(city)).device()
    right = await device.code()
    before = texts_to(device.person)
    await device.register(wrong(right))
    assert texts_to(device.person) == before


async def test_three_codes_in_ten_minutes_and_ten_in_a_day(city: City) -> None:
    person = await city.person(verified=False)
    device = Device(person, str(uuid4()), str(uuid4()))
    for _ in range(3):
        assert (await device.ask_code()).status_code == 202
    refused = await device.ask_code()
    assert kind(refused) == (429, "code-limit-reached")
    assert 0 < refused.json()["retry_after_seconds"] <= 600
    for _ in range(7):
        await later(person, minutes=10)
        assert (await device.ask_code()).status_code == 202
    await later(person, minutes=10)
    assert kind(await device.ask_code()) == (429, "code-limit-reached")


async def test_codes_asked_for_at_once_are_counted(city: City) -> None:
    person = await city.person(verified=False)
    device = Device(person, str(uuid4()), str(uuid4()))
    replies = await asyncio.gather(*(device.ask_code() for _ in range(8)))
    assert sorted(reply.status_code for reply in replies) == [202] * 3 + [429] * 5


async def test_a_request_repeated_with_its_key_sends_one_message(city: City) -> None:
    device = (await home(city)).device()
    headers = {"idempotency-key": str(uuid4())}
    before = len(texts_to(device.person))
    first = await device.ask_code(headers=headers)
    again = await device.ask_code(headers=headers)
    assert (again.json(), again.headers["idempotency-replayed"]) == (first.json(), "true")
    assert len(texts_to(device.person)) == before + 1


async def test_a_sender_who_is_away_is_told_and_asked_again(city: City) -> None:
    device = (await home(city)).device()
    headers = {"idempotency-key": str(uuid4())}
    city.outside.answers("/messages", lambda _: httpx.Response(503))
    assert kind(await device.ask_code(headers=headers)) == (503, "message-not-sent")
    city.outside.forget()
    assert (await device.ask_code(headers=headers)).status_code == 202
    code = city.outside.last_code(device.person.phone)
    assert (await device.register(code)).status_code == 201


async def test_who_has_signed_out_or_never_in_gets_no_code(city: City) -> None:
    person = await city.person(verified=False)
    living = await person.inside()
    await person.ask("DELETE", "/v1/sessions/current")
    key = {"idempotency-key": str(uuid4())}
    out = await city.http.post("/v1/step-up-codes", json=ACT, headers=living | key)
    assert kind(out) == (401, "session-ended")
    assert (await city.http.post("/v1/step-up-codes", json=ACT, headers=key)).status_code == 401


async def test_the_same_answer_whoever_asks_for_whatever(city: City) -> None:
    owner, nobody = (await home(city)).owner, await city.person(verified=False)
    replies = [await one.ask("POST", "/v1/step-up-codes", json=ACT) for one in (owner, nobody)]
    assert replies[0].content == replies[1].content


@pytest.mark.parametrize(
    "changed",
    [
        {"act": "TRANSFER_UNIT"},
        {"act": None},
        {"act_sha256": "AB" * 32},
        {"act_sha256": "ab" * 31},
        {"act_sha256": "ab" * 32 + "\n"},
        {"act_sha256": 7},
        {"phone": "13800008888"},
    ],
)
async def test_a_malformed_request_sends_nothing(city: City, changed: dict[str, Any]) -> None:
    person = await city.person(verified=False)
    before = texts_to(person)
    reply = await person.ask("POST", "/v1/step-up-codes", json=ACT | changed)
    assert reply.status_code == 422
    assert texts_to(person) == before
