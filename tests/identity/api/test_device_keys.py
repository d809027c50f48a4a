"""Device keys of main cards over HTTP: proved, confirmed, told of, attested, revoked."""

import asyncio
import hashlib
import json
from typing import Any
from uuid import uuid4

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import text

from services.identity.actions.parts import Attesters
from services.identity.domain.device_key import KEYS_MAX
from services.proofs.attestation import Capacity, SignedAttestation
from services.proofs.possession import prove_possession
from tests.identity.city import City, register, rows
from tests.identity.devices import (
    Device,
    Home,
    claims,
    home,
    keys_in_token,
    kind,
    later,
    listed,
    texts_to,
)

NOTICE = "已为您的业主卡登记新的投票密钥"


def attesters(city: City) -> frozenset[bytes]:
    return frozenset(bytes.fromhex(one) for one in city.parts.attesters.public_keys)


async def test_a_registered_key_is_attested_for_the_owner_whom_voting_knows(city: City) -> None:
    place = await home(city)
    device = place.device()
    reply = await device.register(await device.code(), label=" 老王的手机 ")
    answer = reply.json()
    assert reply.status_code == 201
    assert answer.keys() == {"key_id", "registered_at", "attestation"}
    assert answer["key_id"] == device.key_id
    (own,) = await listed(place.owner, place.office.estate_id)
    assert (own["label"], own["registered_at"]) == ("老王的手机", answer["registered_at"])
    signed = SignedAttestation(
        answer["attestation"]["document"].encode(),
        bytes.fromhex(answer["attestation"]["signature"]),
    )
    said = signed.read(attesters(city))
    token = await place.owner.inside_token("voting", place.office.estate_id)
    assert said.holder == claims(city, token, "voting")["owner"]
    assert (said.estate_id, said.public_key) == (place.office.estate_id, device.public_key)
    assert said.capacity is Capacity.OWNER
    assert said.registered_at == answer["registered_at"]
    assert "." not in said.registered_at


async def test_the_first_attester_signs_and_a_ballot_learns_of_all(city: City) -> None:
    place = await home(city)
    device = place.device()
    answer = (await device.register(await device.code())).json()["attestation"]
    signed = SignedAttestation(answer["document"].encode(), bytes.fromhex(answer["signature"]))
    published = city.parts.attesters.public_keys
    signed.read(frozenset({bytes.fromhex(published[0])}))
    body = {"purpose": "ballot", "hold_until": city.clock.now().isoformat()}
    frozen = await city.http.post(
        f"/internal/v1/estates/{place.office.estate_id}/electorates",
        json=body,
        headers=city.voting() | {"idempotency-key": str(uuid4())},
    )
    assert frozen.json()["attesters"] == list(published)
    assert len(set(published)) == 2


def test_without_an_attestation_key_no_service_is_made() -> None:
    with pytest.raises(ValueError, match="at least one"):
        Attesters.of_seeds()


async def test_voting_is_told_of_the_key_and_nobody_else_is(city: City) -> None:
    place = await home(city)
    assert await keys_in_token(place.owner, place.office.estate_id) == []
    device = await place.device().registered()
    assert await keys_in_token(place.owner, place.office.estate_id) == [device.key_id]
    for audience in ("ledger", "identity"):
        token = await place.owner.inside_token(audience, place.office.estate_id)
        assert "keys" not in claims(city, token, audience)


async def test_a_key_is_of_one_estate(city: City) -> None:
    place, elsewhere = await home(city), await city.office()
    await place.device().registered()
    assert await keys_in_token(place.owner, elsewhere.estate_id) == []
    assert await keys_in_token(place.owner, None) == []
    assert await listed(place.owner, elsewhere.estate_id) == []


async def test_the_owner_is_told_by_text_and_the_text_tells_nothing_else(city: City) -> None:
    place = await home(city)
    device = place.device()
    await device.register(await device.code(), label="请拨打12345")
    message = [one for one in city.outside.sent if one["to"] == place.owner.phone][-1]
    assert NOTICE in message["text"]
    assert "如非本人操作，请立即撤销并联系居委会" in message["text"]
    for told in ("12345", device.key_id, device.public_key.hex(), place.owner.name):
        assert told not in json.dumps(message, ensure_ascii=False)


async def test_without_a_notice_no_key_comes_into_being(city: City) -> None:
    place = await home(city)
    device = place.device()
    code, headers = await device.code(), {"idempotency-key": str(uuid4())}
    city.outside.answers("/messages", lambda _: httpx.Response(503))
    refused = await device.register(code, headers=headers)
    assert kind(refused) == (503, "message-not-sent")
    assert await keys_in_token(place.owner, place.office.estate_id) == []
    assert await listed(place.owner, place.office.estate_id) == []
    city.outside.forget()
    # The code was not used up: nothing came of it.
    assert (await device.register(code, headers=headers)).status_code == 201
    assert await keys_in_token(place.owner, place.office.estate_id) == [device.key_id]


async def test_a_registration_repeated_with_its_key_is_the_same_registration(city: City) -> None:
    place = await home(city)
    device = place.device()
    code, headers = await device.code(), {"idempotency-key": str(uuid4())}
    first = await device.register(code, headers=headers)
    told = len(texts_to(place.owner))
    again = await device.register(code, headers=headers)
    assert (again.content, again.headers["idempotency-replayed"]) == (first.content, "true")
    assert len(texts_to(place.owner)) == told
    assert len(await listed(place.owner, place.office.estate_id)) == 1


async def test_one_request_sent_many_times_at_once_registers_once(city: City) -> None:
    place = await home(city)
    device = place.device()
    code, headers = await device.code(), {"idempotency-key": str(uuid4())}
    replies = await asyncio.gather(*(device.register(code, headers=headers) for _ in range(6)))
    assert {reply.status_code for reply in replies} == {201}
    assert len({reply.content for reply in replies}) == 1


async def test_one_key_registered_many_times_at_once_is_registered_once(city: City) -> None:
    place = await home(city)
    device = place.device()
    code = await device.code()
    replies = await asyncio.gather(*(device.register(code) for _ in range(6)))
    assert sorted(reply.status_code for reply in replies) == [201] + [409] * 5
    assert {kind(one)[1] for one in replies if one.status_code == 409} == {"device-key-taken"}
    assert len(await listed(place.owner, place.office.estate_id)) == 1


async def test_one_key_registered_by_two_owners_at_once_is_one_owners(city: City) -> None:
    shared = Ed25519PrivateKey.generate()
    places = [await home(city) for _ in range(2)]
    devices = [Device(p.owner, p.office.estate_id, p.card_id, shared) for p in places]
    codes = [await device.code() for device in devices]
    replies = await asyncio.gather(
        *(device.register(code) for device, code in zip(devices, codes, strict=True))
    )
    assert sorted(reply.status_code for reply in replies) == [201, 409]
    found = [await keys_in_token(p.owner, p.office.estate_id) for p in places]
    assert sorted(map(len, found)) == [0, 1]


async def test_a_taken_key_is_refused_alike_whoever_took_it(city: City) -> None:
    first, second = await home(city), await home(city)
    device = await first.device().registered()
    by_other = Device(second.owner, second.office.estate_id, second.card_id, device.key)
    refusals = [await one.register(await one.code()) for one in (device, by_other)]
    assert {kind(reply) for reply in refusals} == {(409, "device-key-taken")}
    assert refusals[0].content == refusals[1].content
    await device.revoke()
    assert (await by_other.register(await by_other.code())).content == refusals[0].content


async def test_an_account_has_ten_living_keys_on_an_estate_at_most(city: City) -> None:
    place = await home(city)
    devices = []
    for _ in range(KEYS_MAX):
        await later(place.owner, minutes=160)
        devices.append(await place.device().registered())
    await later(place.owner, minutes=160)
    beyond = place.device()
    code = await beyond.code()
    refused = await beyond.register(code)
    assert kind(refused) == (409, "device-key-limit-reached")
    assert refused.json()["keys_max"] == KEYS_MAX
    assert (await devices[0].revoke()).status_code == 204
    assert (await beyond.register(code)).status_code == 201


async def test_of_two_last_keys_at_once_one_is_registered(city: City) -> None:
    place = await home(city)
    for _ in range(KEYS_MAX - 1):
        await later(place.owner, minutes=160)
        await place.device().registered()
    await later(place.owner, minutes=160)
    pair = [place.device(), place.device()]
    codes = [await one.code() for one in pair]
    replies = await asyncio.gather(
        *(one.register(code) for one, code in zip(pair, codes, strict=True))
    )
    assert sorted(reply.status_code for reply in replies) == [201, 409]


async def test_anothers_card_a_dependent_card_and_no_card_are_refused_alike(city: City) -> None:
    place, neighbour = await home(city), await city.person()
    await place.office.govern(register(rows("101", place.owner), rows("102", neighbour)))
    await neighbour.claim(place.office.estate_id, "102")
    body = {"account_id": neighbour.account_id, "user_type": "FAMILY"}
    path = f"{place.office.path}/cards/{place.card_id}/dependents"
    hung = await place.owner.ask("POST", path, place.office.estate_id, json=body)
    replies = []
    for card_id in (place.card_id, hung.json()["card_id"], str(uuid4())):
        await later(neighbour, minutes=10)
        device = Device(neighbour, place.office.estate_id, card_id)
        replies.append(await device.register(await device.code()))
    assert {kind(reply) for reply in replies} == {(404, "card-unknown")}
    assert len({reply.content for reply in replies}) == 1


async def test_the_holder_of_a_dependent_card_registers_nothing(city: City) -> None:
    place, tenant = await home(city), await city.person()
    body = {"account_id": tenant.account_id, "user_type": "TENANT"}
    path = f"{place.office.path}/cards/{place.card_id}/dependents"
    hung = await place.owner.ask("POST", path, place.office.estate_id, json=body)
    device = Device(tenant, place.office.estate_id, hung.json()["card_id"])
    assert (await device.register(await device.code())).status_code == 403


async def test_a_card_of_another_estate_is_no_card_here(city: City) -> None:
    owner = await city.person()
    places = []
    for _ in range(2):
        office = await city.office()
        await office.govern(register(rows("101", owner)))
        card = await owner.claim(office.estate_id, "101")
        places.append(Home(office, owner, card.json()["card_id"]))
    device = Device(owner, places[0].office.estate_id, places[1].card_id)
    assert kind(await device.register(await device.code())) == (404, "card-unknown")


async def test_a_card_that_ended_registers_nothing_by_a_living_token(city: City) -> None:
    place = await home(city)
    device = place.device()
    code = await device.code()
    living = await place.owner.inside(place.office.estate_id)
    await place.office.govern(register(rows("101", city.stranger())))
    body = {
        "public_key": device.public_key.hex(),
        "label": "我的手机",
        "signature": prove_possession(device.key, device.document).hex(),
        "step_up_code": code,
    }
    headers = living | {"idempotency-key": str(uuid4())}
    reply = await city.http.post(device.path, json=body, headers=headers)
    assert kind(reply) == (409, "card-not-online")


async def test_a_card_that_ends_takes_its_keys_out_of_the_token(city: City) -> None:
    place = await home(city)
    await place.device().registered()
    await place.office.govern(register(rows("101", city.stranger()), rows("102", place.owner)))
    await place.owner.claim(place.office.estate_id, "102")
    assert await keys_in_token(place.owner, place.office.estate_id) == []
    assert len(await listed(place.owner, place.office.estate_id)) == 1


async def test_a_new_card_of_the_same_room_does_not_bring_old_keys_back(city: City) -> None:
    place = await home(city)
    await place.device().registered()
    await place.office.govern(register(rows("101", city.stranger())))
    await place.office.govern(register(rows("101", place.owner)))
    assert (await place.owner.claim(place.office.estate_id, "101")).status_code == 201
    assert await keys_in_token(place.owner, place.office.estate_id) == []


async def test_a_proof_by_another_key_or_of_something_else_is_refused(city: City) -> None:
    place = await home(city)
    device, other = place.device(), place.device()
    code = await device.code()
    raw = device.key.sign(device.document)
    elsewhere = Device(place.owner, place.office.estate_id, str(uuid4()), device.key)
    for signature in (
        prove_possession(other.key, device.document),
        prove_possession(device.key, other.document),
        prove_possession(device.key, elsewhere.document),
        raw,
        bytes(64),
    ):
        reply = await device.register(code, signature=signature.hex())
        assert kind(reply) == (403, "possession-not-proved")
    # A wrong proof is no guess at the code.
    assert (await device.register(code)).status_code == 201


@pytest.mark.parametrize(
    "public_key",
    [
        "01" + "00" * 31,
        "00" * 32,
        "ec" + "ff" * 30 + "7f",
        "ee" + "ff" * 30 + "7f",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    ],
)
async def test_a_key_under_which_anybody_could_sign_is_refused(city: City, public_key: str) -> None:
    device = (await home(city)).device()
    # R = identity and S = 0: OpenSSL takes it for any message under a key of small order.
    forged = "01" + "00" * 63
    reply = await device.register("000000", public_key=public_key, signature=forged)
    assert kind(reply) == (409, "device-key-unusable")


async def test_bytes_that_are_no_point_of_the_curve_are_no_key(city: City) -> None:
    device = (await home(city)).device()
    reply = await device.register("000000", public_key="02" + "00" * 31)
    assert kind(reply) == (403, "possession-not-proved")


@pytest.mark.parametrize(
    "changed",
    [
        {"public_key": "AB" * 32},
        {"public_key": "ab" * 33},
        {"public_key": None},
        {"public_key": ["ab" * 32]},
        {"signature": "ab" * 63},
        {"signature": ""},
        {"label": ""},
        {"label": "   "},
        {"label": "字" * 61},
        {"label": "我的\n手机"},
        {"label": "\u202e机手"},
        {"label": 7},
        {"step_up_code": "12345"},
        {"step_up_code": "１２３４５６"},
        {"step_up_code": 123456},
        {"capacity": "OFFICIAL"},
        {"card_id": str(uuid4())},
    ],
)
async def test_a_malformed_registration_changes_nothing(
    city: City, changed: dict[str, Any]
) -> None:
    place = await home(city)
    device = place.device()
    before = texts_to(place.owner)
    assert (await device.register("000000", **changed)).status_code == 422
    assert texts_to(place.owner) == before
    assert await listed(place.owner, place.office.estate_id) == []


@pytest.mark.parametrize("label", ["\ud800", "我的\u0000手机"])
async def test_what_is_no_text_is_no_label(city: City, label: str) -> None:
    place = await home(city)
    device = place.device()
    content = json.dumps(
        {
            "public_key": device.public_key.hex(),
            "label": label,
            "signature": prove_possession(device.key, device.document).hex(),
            "step_up_code": "000000",
        }
    )
    headers = {"content-type": "application/json"}
    reply = await place.owner.ask(
        "POST", device.path, place.office.estate_id, content=content, headers=headers
    )
    assert reply.status_code in {400, 422}


async def test_one_sees_ones_own_keys_and_nobody_elses(city: City) -> None:
    place, neighbour = await home(city), await city.person()
    await place.office.govern(register(rows("101", place.owner), rows("102", neighbour)))
    await neighbour.claim(place.office.estate_id, "102")
    device = await place.device().registered()
    mine = await listed(place.owner, place.office.estate_id)
    assert [one["key_id"] for one in mine] == [device.key_id]
    assert (mine[0]["label"], mine[0]["capacity"]) == ("我的手机", "OWNER")
    assert (mine[0]["card_id"], mine[0]["revoked_at"]) == (place.card_id, None)
    assert await listed(neighbour, place.office.estate_id) == []
    assert await listed(place.office.street, place.office.estate_id) == []
    assert await keys_in_token(neighbour, place.office.estate_id) == []


async def test_a_revoked_key_is_gone_from_the_token_and_stays_in_the_list(city: City) -> None:
    place = await home(city)
    device, kept = await place.device().registered(), await place.device().registered()
    reply = await device.revoke()
    assert (reply.status_code, reply.content) == (204, b"")
    assert await keys_in_token(place.owner, place.office.estate_id) == [kept.key_id]
    ends = {
        one["key_id"]: one["revoked_at"]
        for one in await listed(place.owner, place.office.estate_id)
    }
    assert ends[device.key_id] is not None
    assert ends[kept.key_id] is None
    assert "已被撤销" in texts_to(place.owner)[-1]
    assert kind(await device.revoke()) == (404, "device-key-unknown")


async def test_a_revocation_repeated_with_its_key_is_the_same_one(city: City) -> None:
    device = await (await home(city)).device().registered()
    headers = {"idempotency-key": str(uuid4())}
    assert (await device.revoke(headers=dict(headers))).status_code == 204
    told = len(texts_to(device.person))
    assert (await device.revoke(headers=dict(headers))).status_code == 204
    assert len(texts_to(device.person)) == told


async def test_a_key_revoked_at_once_by_many_requests_ends_once(city: City) -> None:
    device = await (await home(city)).device().registered()
    replies = await asyncio.gather(*(device.revoke() for _ in range(5)))
    assert sorted(reply.status_code for reply in replies) == [204] + [404] * 4


async def test_anothers_key_and_no_key_are_unknown_alike(city: City) -> None:
    place, other = await home(city), await home(city)
    theirs, none = await place.device().registered(), place.device()
    thief = other.owner
    for estate_id in (other.office.estate_id, place.office.estate_id):
        replies = [await Device(thief, estate_id, None, one.key).revoke() for one in (theirs, none)]
        assert {kind(reply) for reply in replies} == {(404, "device-key-unknown")}
        assert replies[0].content == replies[1].content
    assert await keys_in_token(place.owner, place.office.estate_id) == [theirs.key_id]


async def revocations(city: City, device: Device) -> list[tuple[str, bool]]:
    """Return reason of each revocation of a key, and whether its holder was told."""
    assert city.database is not None
    query = text("SELECT reason, noticed_at FROM device_key_revocations WHERE key_hash = :key")
    async with city.database.begin() as connection:
        found = await connection.execute(query, {"key": bytes.fromhex(device.key_id)})
        return [(row.reason, row.noticed_at is not None) for row in found]


@pytest.mark.parametrize("reason", ["NO_LONGER_USED", "DEVICE_LOST", "NOT_MINE"])
async def test_why_a_key_was_revoked_is_kept(city: City, reason: str) -> None:
    device = await (await home(city)).device().registered()
    assert (await device.revoke(params={"reason": reason})).status_code == 204
    assert await revocations(city, device) == [(reason, True)]


async def test_a_reason_that_is_none_revokes_nothing(city: City) -> None:
    device = await (await home(city)).device().registered()
    assert (await device.revoke(params={"reason": "BECAUSE"})).status_code == 422
    assert await keys_in_token(device.person, device.estate_id) == [device.key_id]


async def test_a_revocation_waits_for_no_sender_of_messages(city: City) -> None:
    device = await (await home(city)).device().registered()
    city.outside.answers("/messages", lambda _: httpx.Response(503))
    assert (await device.revoke()).status_code == 204
    assert await keys_in_token(device.person, device.estate_id) == []
    assert await revocations(city, device) == [("NO_LONGER_USED", False)]


async def test_a_former_owner_still_sees_and_revokes_his_keys(city: City) -> None:
    place = await home(city)
    device = await place.device().registered()
    await place.office.govern(register(rows("101", city.stranger())))
    assert len(await listed(place.owner, place.office.estate_id)) == 1
    assert (await device.revoke()).status_code == 204


async def test_registering_needs_a_token_of_this_estate(city: City) -> None:
    place, elsewhere = await home(city), await home(city)
    device = place.device()
    code = await device.code()
    body = {
        "public_key": device.public_key.hex(),
        "label": "我的手机",
        "signature": prove_possession(device.key, device.document).hex(),
        "step_up_code": code,
    }
    away = await place.owner.ask("POST", device.path, elsewhere.office.estate_id, json=body)
    assert kind(away) == (403, "not-of-this-estate")
    key = {"idempotency-key": str(uuid4())}
    assert (await city.http.post(device.path, json=body, headers=key)).status_code == 401
    inside = await place.owner.inside(place.office.estate_id)
    without = await city.http.post(device.path, json=body, headers=inside)
    assert without.status_code == 400


async def test_the_key_id_is_the_hash_of_the_raw_key(city: City) -> None:
    device = await (await home(city)).device().registered()
    raw = device.key.public_key().public_bytes_raw()
    keys = await keys_in_token(device.person, device.estate_id)
    assert keys == [hashlib.sha256(raw).hexdigest()]
