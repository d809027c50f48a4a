"""Keys of officials over HTTP: for who may convene, for as long as he may."""

from uuid import uuid4

import pytest

from services.identity.domain.device_key import KEYS_MAX
from services.identity.domain.roles import CONVENERS, ESTATE_STAFF
from services.proofs.attestation import Capacity, SignedAttestation
from services.proofs.possession import prove_possession
from services.voting.domain.convening import Convener
from tests.identity.city import City, Office, Person, register, rows
from tests.identity.devices import Device, claims, keys_in_token, kind, later, listed, texts_to


async def official(city: City, role: str = "committee") -> tuple[Office, Device]:
    office = await city.office()
    person = await city.appoint(office, role)
    return office, Device(person, office.estate_id, None)


async def end_roles(office: Office, person: Person) -> None:
    """Take every role of a person on an estate back."""
    for grant in (await office.ask("GET", "/staff")).json()["staff"]:
        if grant["account_id"] == person.account_id:
            reply = await office.ask("DELETE", f"/staff/{grant['grant_id']}")
            assert reply.status_code == 204


def test_who_may_convene_is_said_alike_in_both_services() -> None:
    assert {role.value for role in CONVENERS} == {body.value for body in Convener}


@pytest.mark.parametrize("role", sorted(CONVENERS))
async def test_a_convener_registers_a_key_as_an_official(city: City, role: str) -> None:
    office, device = await official(city, role)
    reply = await device.register(await device.code())
    answer = reply.json()["attestation"]
    assert reply.status_code == 201
    published = frozenset(map(bytes.fromhex, city.parts.attesters.public_keys))
    signed = SignedAttestation(answer["document"].encode(), bytes.fromhex(answer["signature"]))
    said = signed.read(published)
    token = await device.person.inside_token("voting", office.estate_id)
    voting = claims(city, token, "voting")
    assert (said.capacity, said.holder) == (Capacity.OFFICIAL, voting["sub"])
    assert said.holder != voting["owner"]
    assert voting["keys"] == [device.key_id]
    (own,) = await listed(device.person, office.estate_id)
    assert (own["capacity"], own["card_id"]) == ("OFFICIAL", None)
    assert "录票密钥" in texts_to(device.person)[-1]


@pytest.mark.parametrize("role", sorted(ESTATE_STAFF - CONVENERS - {"street_office"}))
async def test_other_staff_registers_no_key(city: City, role: str) -> None:
    _, device = await official(city, role)
    assert kind(await device.register(await device.code())) == (403, "role-missing")


async def test_the_street_office_and_an_owner_register_no_staff_key(city: City) -> None:
    office, owner = await city.office(), await city.person()
    await office.govern(register(rows("101", owner)))
    await owner.claim(office.estate_id, "101")
    for person in (office.street, owner):
        device = Device(person, office.estate_id, None)
        assert kind(await device.register(await device.code())) == (403, "role-missing")


async def test_a_staff_key_leaves_the_token_with_the_grant(city: City) -> None:
    office, device = await official(city)
    await device.registered()
    await end_roles(office, device.person)
    assert await keys_in_token(device.person, office.estate_id) == []


async def test_a_grant_of_another_kind_keeps_no_staff_key_alive(city: City) -> None:
    office, device = await official(city)
    await device.registered()
    await end_roles(office, device.person)
    body = {"account_id": device.person.account_id, "role": "auditor"}
    assert (await office.ask("POST", "/staff", json=body)).status_code == 201
    assert await keys_in_token(device.person, office.estate_id) == []


async def test_a_role_on_one_estate_is_no_role_on_another(city: City) -> None:
    office, device = await official(city)
    await device.registered()
    other = await city.office()
    body = {"account_id": device.person.account_id, "role": "committee"}
    assert (await other.ask("POST", "/staff", json=body)).status_code == 201
    assert await keys_in_token(device.person, other.estate_id) == []
    assert await keys_in_token(device.person, office.estate_id) == [device.key_id]


async def test_a_role_that_was_taken_back_registers_nothing_by_a_living_token(city: City) -> None:
    office, device = await official(city)
    code = await device.code()
    living = await device.person.inside(office.estate_id)
    await end_roles(office, device.person)
    body = {
        "public_key": device.public_key.hex(),
        "label": "办公室电脑",
        "signature": prove_possession(device.key, device.document).hex(),
        "step_up_code": code,
    }
    headers = living | {"idempotency-key": str(uuid4())}
    reply = await city.http.post(device.path, json=body, headers=headers)
    assert kind(reply) == (403, "not-an-official")


async def test_a_proof_for_a_card_registers_no_official(city: City) -> None:
    _, device = await official(city)
    on_card = Device(device.person, device.estate_id, str(uuid4()), device.key)
    signature = prove_possession(device.key, on_card.document).hex()
    reply = await device.register(await device.code(), signature=signature)
    assert kind(reply) == (403, "possession-not-proved")


async def test_an_official_who_owns_has_both_keys_and_each_its_own_life(city: City) -> None:
    office, staff_key = await official(city)
    person = staff_key.person
    await office.govern(register(rows("101", person)))
    card = (await person.claim(office.estate_id, "101")).json()
    owner_key = Device(person, office.estate_id, card["card_id"])
    await staff_key.registered()
    await owner_key.registered()
    both = sorted([staff_key.key_id, owner_key.key_id])
    assert await keys_in_token(person, office.estate_id) == both
    await office.govern(register(rows("101", city.stranger())))
    assert await keys_in_token(person, office.estate_id) == [staff_key.key_id]
    await end_roles(office, person)
    assert await keys_in_token(person, office.estate_id) == []


async def test_living_staff_keys_are_limited_too(city: City) -> None:
    _, device = await official(city)
    person = device.person
    for _ in range(KEYS_MAX):
        # Ten codes in a day are the most.
        await later(person, minutes=160)
        await Device(person, device.estate_id, None).registered()
    await later(person, minutes=160)
    refused = await device.register(await device.code())
    assert kind(refused) == (409, "device-key-limit-reached")
    assert (await device.revoke()).status_code == 404
