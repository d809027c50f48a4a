"""Roles over HTTP: granted, never claimed."""

import asyncio
from uuid import uuid4

import httpx
import pytest

from services.identity.actions.appoint_housing_bureau import appoint_housing_bureau
from services.identity.domain.roles import ESTATE_STAFF
from tests.identity.city import City, Office, Person


async def grant(
    by: Person, office: Office, account_id: str, role: str, **request: object
) -> httpx.Response:
    body = {"account_id": account_id, "role": role}
    return await by.ask("POST", f"{office.path}/staff", office.estate_id, json=body, **request)


def key() -> dict[str, str]:
    return {"idempotency-key": str(uuid4())}


async def roles_held(person: Person, estate_id: str) -> list[str]:
    me = (await person.ask("GET", "/v1/me")).json()
    return [one["role"] for one in me["roles"] if one["estate_id"] in {estate_id, None}]


@pytest.mark.parametrize("role", sorted(ESTATE_STAFF - {"street_office"}))
async def test_the_street_office_appoints_all_staff_of_its_estate(city: City, role: str) -> None:
    office = await city.office()
    person = await city.appoint(office, role)
    assert await roles_held(person, office.estate_id) == [role]
    listed = (await office.ask("GET", "/staff")).json()["staff"]
    assert {one["role"] for one in listed} == {"street_office", role}


async def test_the_street_office_does_not_appoint_street_offices(city: City) -> None:
    office, person = await city.office(), await city.person()
    reply = await grant(office.street, office, person.account_id, "street_office")
    assert reply.json()["type"] == "/problems/identity/role-not-yours-to-grant"


async def test_the_bureau_appoints_street_offices_only(city: City) -> None:
    office, bureau, person = await city.office(), await city.bureau(), await city.person()
    refused = await grant(bureau, office, person.account_id, "committee")
    assert refused.json()["type"] == "/problems/identity/role-not-yours-to-grant"
    assert (await grant(bureau, office, person.account_id, "street_office")).status_code == 201


@pytest.mark.parametrize("role", ["housing_bureau", "owner", "verified", "person", "dependent"])
async def test_earned_and_higher_roles_cannot_be_granted(city: City, role: str) -> None:
    office, person = await city.office(), await city.person()
    reply = await grant(office.street, office, person.account_id, role)
    assert reply.json()["type"] == "/problems/identity/role-not-yours-to-grant"


async def test_nobody_grants_himself_anything(city: City) -> None:
    office, bureau = await city.office(), await city.bureau()
    reply = await grant(office.street, office, office.street.account_id, "auditor")
    assert reply.json()["type"] == "/problems/identity/self-grant"
    reply = await grant(bureau, office, bureau.account_id, "street_office")
    assert reply.json()["type"] == "/problems/identity/self-grant"


async def test_only_a_verified_person_is_given_a_role(city: City) -> None:
    office, person = await city.office(), await city.person(verified=False)
    reply = await grant(office.street, office, person.account_id, "auditor")
    assert reply.json()["type"] == "/problems/identity/grantee-not-verified"
    reply = await grant(office.street, office, str(uuid4()), "auditor")
    assert reply.json()["type"] == "/problems/identity/account-unknown"


async def test_a_role_is_granted_once_even_asked_at_once(city: City) -> None:
    office, person = await city.office(), await city.person()
    replies = await asyncio.gather(
        *(grant(office.street, office, person.account_id, "auditor") for _ in range(4))
    )
    assert sorted(reply.status_code for reply in replies) == [201, 409, 409, 409]


async def test_a_revoked_role_is_gone_and_may_be_granted_again(city: City) -> None:
    office, person = await city.office(), await city.person()
    given = (await grant(office.street, office, person.account_id, "auditor")).json()
    path = f"/staff/{given['grant_id']}"
    assert (await office.ask("DELETE", path)).status_code == 204
    assert await roles_held(person, office.estate_id) == []
    assert (await office.ask("DELETE", path)).status_code == 404
    again = await grant(office.street, office, person.account_id, "auditor")
    assert again.status_code == 201


async def test_a_role_that_was_taken_back_gives_and_takes_nothing_by_a_living_token(
    city: City,
) -> None:
    office, bureau, crony = await city.office(), await city.bureau(), await city.person()
    honest = await city.appoint(office, "auditor")
    grants = {one["role"]: one for one in (await office.ask("GET", "/staff")).json()["staff"]}
    living = await office.street.inside(office.estate_id)
    path = f"{office.path}/staff"
    taken = f"{path}/{grants['street_office']['grant_id']}"
    assert (await bureau.ask("DELETE", taken, office.estate_id)).status_code == 204
    body = {"account_id": crony.account_id, "role": "committee"}
    given = await city.http.post(path, json=body, headers=living | key())
    of_honest = f"{path}/{grants['auditor']['grant_id']}"
    ended = await city.http.delete(of_honest, headers=living | key())
    for reply in (given, ended):
        assert reply.json()["type"] == "/problems/identity/role-not-yours-to-grant"
    assert await roles_held(crony, office.estate_id) == []
    assert await roles_held(honest, office.estate_id) == ["auditor"]


async def test_a_role_is_taken_only_by_who_may_give_it(city: City) -> None:
    office, bureau = await city.office(), await city.bureau()
    own = (await office.ask("GET", "/staff")).json()["staff"][0]
    refused = await office.ask("DELETE", f"/staff/{own['grant_id']}")
    assert refused.json()["type"] == "/problems/identity/role-not-yours-to-grant"
    taken = await bureau.ask("DELETE", f"{office.path}/staff/{own['grant_id']}", office.estate_id)
    assert taken.status_code == 204


async def test_a_grant_of_one_estate_is_nothing_on_another(city: City) -> None:
    office, other = await city.office(), await city.office()
    given = (await office.ask("GET", "/staff")).json()["staff"][0]
    bureau = await city.bureau()
    path = f"{other.path}/staff/{given['grant_id']}"
    assert (await bureau.ask("DELETE", path, other.estate_id)).status_code == 404
    reply = await office.street.ask("GET", other.path, other.estate_id)
    assert reply.json()["type"] == "/problems/chassis/not-of-this-estate"


async def test_staff_without_the_office_appoint_nobody(city: City) -> None:
    office, person = await city.office(), await city.person()
    committee = await city.appoint(office, "committee")
    assert (await grant(committee, office, person.account_id, "auditor")).status_code == 403


async def test_only_the_bureau_creates_estates(city: City) -> None:
    office = await city.office()
    body = {
        "name": "另一小区",
        "district_code": "330102",
        "street_code": "330102001",
        "governing_body": "COMMITTEE",
        "zone": "Asia/Shanghai",
    }
    assert (await office.street.ask("POST", "/v1/estates", json=body)).status_code == 403
    bureau = await city.bureau()
    zones = [{"zone": zone} for zone in ("Mars/Olympus", "localtime", "Factory")]
    for wrong in (*zones, {"governing_body": "KING"}, {"district_code": "33"}):
        assert (await bureau.ask("POST", "/v1/estates", json=body | wrong)).status_code == 422
    assert (await bureau.ask("POST", "/v1/estates", json=body)).status_code == 201


async def test_an_unknown_estate_is_unknown(city: City) -> None:
    bureau, estate_id = await city.bureau(), str(uuid4())
    reply = await bureau.ask("GET", f"/v1/estates/{estate_id}", estate_id)
    assert reply.json()["type"] == "/problems/identity/estate-unknown"


async def test_appointing_the_bureau_again_changes_nothing(city: City) -> None:
    bureau = await city.bureau()
    again = await appoint_housing_bureau(city.parts, phone=bureau.phone)
    assert again == bureau.account_id
    me = (await bureau.ask("GET", "/v1/me")).json()
    assert me["roles"] == [{"estate_id": None, "role": "housing_bureau"}]
