"""Claiming cards over HTTP: whom the register lists, whom it does not, and who hangs on a card."""

import asyncio
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import text

from tests.identity.city import City, Office, Person, register, rows

TENANT = {"user_type": "TENANT"}


async def governed(city: City, *owners: Person) -> Office:
    """Return an estate on which room 101 belongs to the owners, and 102 to somebody else."""
    office = await city.office()
    await office.govern(register(rows("101", *owners), rows("102", city.stranger())))
    return office


async def cases(city: City, office: Office) -> list[str]:
    """Return the kinds of the cases that were opened on an estate."""
    assert city.database is not None
    query = text("SELECT kind FROM discrepancy_cases WHERE estate_id = CAST(:id AS uuid)")
    async with city.database.begin() as connection:
        found = await connection.execute(query, {"id": office.estate_id})
        return list(found.scalars())


async def roles_on(person: Person, office: Office) -> list[str]:
    """Return the person's roles on an estate."""
    me = (await person.ask("GET", "/v1/me")).json()
    return [one["role"] for one in me["roles"] if one["estate_id"] == office.estate_id]


async def test_a_listed_holder_gets_the_card_with_the_products_fields(city: City) -> None:
    owner = await city.person()
    office = await governed(city, owner)
    reply = await owner.claim(office.estate_id, "101")
    card = reply.json()
    assert reply.status_code == 201
    assert (card["status"], card["user_type"], card["basis"]) == ("ONLINE", "OWNER", "REGISTER")
    assert (card["parent_card_id"], card["room"]) == (None, "1幢*单元***室")
    assert card["expires_at"] == "2099-12-30T16:00:00Z"
    assert (await owner.ask("GET", "/v1/me/cards")).json()["cards"] == [card]
    assert await roles_on(owner, office) == ["owner"]
    assert (await owner.ask("GET", "/v1/me")).json()["level"] == 3
    assert (await owner.ask("GET", office.path, office.estate_id)).status_code == 200


@pytest.mark.parametrize("spelled", ["101室", "１０１", " 101 "])
async def test_a_room_is_found_in_every_spelling_of_the_register(city: City, spelled: str) -> None:
    owner = await city.person()
    office = await governed(city, owner)
    assert (await owner.claim(office.estate_id, spelled)).status_code == 201


async def test_r5_each_of_a_couple_gets_a_card(city: City) -> None:
    wife, husband = await city.person(), await city.person()
    office = await governed(city, wife, husband)
    replies = [await one.claim(office.estate_id, "101") for one in (wife, husband)]
    assert [reply.status_code for reply in replies] == [201, 201]


async def test_a_card_is_issued_once_even_claimed_at_once(city: City) -> None:
    owner = await city.person()
    office = await governed(city, owner)
    replies = await asyncio.gather(*(owner.claim(office.estate_id, "101") for _ in range(5)))
    assert sorted(reply.status_code for reply in replies) == [201, 409, 409, 409, 409]
    refused = next(reply for reply in replies if reply.status_code == 409)
    assert refused.json()["type"] == "/problems/identity/card-already-issued"


async def test_a_claim_repeated_with_its_key_is_the_same_card(city: City) -> None:
    owner = await city.person()
    office = await governed(city, owner)
    key = str(uuid4())
    first = await owner.claim(office.estate_id, "101", headers={"idempotency-key": key})
    again = await owner.claim(office.estate_id, "101", headers={"idempotency-key": key})
    assert (first.json(), again.headers["idempotency-replayed"]) == (again.json(), "true")


async def test_the_title_registry_is_not_asked_about_whom_the_register_lists(city: City) -> None:
    owner = await city.person()
    office = await governed(city, owner)
    before = len(city.outside.asked)
    await owner.claim(office.estate_id, "101")
    assert len(city.outside.asked) == before


@pytest.mark.parametrize(
    ("answer", "status", "slug"),
    [
        ("no_match", 403, "not-an-owner-of-this-unit"),
        ("match", 409, "register-differs"),
        ("inconclusive", 503, "title-not-confirmed"),
        ("limited", 503, "title-not-confirmed"),
        ("unavailable", 503, "title-not-confirmed"),
    ],
)
async def test_who_is_not_listed_gets_no_card_whatever_the_registry_says(
    city: City, answer: str, status: int, slug: str
) -> None:
    person = await city.person()
    office = await governed(city, await city.person())
    city.outside.answers("/matches", answer)
    reply = await person.claim(office.estate_id, "101")
    assert (reply.status_code, reply.json()["type"]) == (status, f"/problems/identity/{slug}")
    assert city.outside.asked[-1]["unit_code"] == "330106001001GB00001F00000101"
    assert (await person.ask("GET", "/v1/me/cards")).json() == {"cards": []}
    assert await cases(city, office) == (["HOLDER_NOT_LISTED"] if answer == "match" else [])


async def test_a_registry_that_fails_is_not_a_denial(city: City) -> None:
    person = await city.person()
    office = await governed(city, await city.person())
    city.outside.answers("/matches", lambda _: httpx.Response(500))
    reply = await person.claim(office.estate_id, "101")
    assert (reply.status_code, reply.json()["answer"]) == (503, "unavailable")


async def test_an_expired_match_of_the_registry_settles_nothing(city: City) -> None:
    person = await city.person()
    office = await governed(city, await city.person())
    city.outside.answers("/matches", "match", expires_at=city.clock.now().isoformat())
    assert (await person.claim(office.estate_id, "101")).status_code == 503


async def test_guessing_at_units_ends_after_five_denials(city: City) -> None:
    person = await city.person()
    office = await governed(city, await city.person())
    city.outside.answers("/matches", "no_match")
    for _ in range(5):
        assert (await person.claim(office.estate_id, "102")).status_code == 403
    assert (await person.claim(office.estate_id, "102")).status_code == 429


async def test_guesses_at_units_made_at_once_are_five_a_day_too(city: City) -> None:
    person = await city.person()
    office = await governed(city, await city.person())
    city.outside.answers("/matches", "no_match")
    replies = await asyncio.gather(*(person.claim(office.estate_id, "102") for _ in range(12)))
    assert sorted(reply.status_code for reply in replies) == [403] * 5 + [429] * 7


async def test_a_number_registered_under_another_name_is_a_case_not_a_card(city: City) -> None:
    owner = await city.person()
    office = await city.office()
    await office.govern(register(rows("101", owner, 业主姓名="别字")))
    before = len(city.outside.asked)
    reply = await owner.claim(office.estate_id, "101")
    assert reply.json()["type"] == "/problems/identity/register-differs"
    assert len(city.outside.asked) == before
    await owner.claim(office.estate_id, "101")
    assert await cases(city, office) == ["NAME_DIFFERS"]


async def test_developers_stock_is_for_the_desk(city: City) -> None:
    person = await city.person()
    office = await city.office()
    await office.govern(register(rows("101", person, 交付状态="已售未交付")))
    reply = await person.claim(office.estate_id, "101")
    assert reply.json()["type"] == "/problems/identity/desk-check-needed"


async def test_nothing_rests_on_a_register_that_was_not_signed_off(city: City) -> None:
    owner = await city.person()
    office = await city.office()
    missing = await owner.claim(office.estate_id, "101")
    assert missing.json()["type"] == "/problems/identity/register-missing"
    await office.import_register(register(rows("101", owner)))
    unsigned = await owner.claim(office.estate_id, "101")
    assert unsigned.json()["type"] == "/problems/identity/register-not-signed-off"


async def test_an_unknown_unit_and_an_unverified_person_are_told(city: City) -> None:
    owner, stranger = await city.person(), await city.person(verified=False)
    office = await governed(city, owner)
    unknown = await owner.claim(office.estate_id, "999")
    assert unknown.json()["type"] == "/problems/identity/unit-unknown"
    assert (await stranger.claim(office.estate_id, "101")).status_code == 403


async def test_a_sale_ends_the_sellers_card_and_its_dependents(city: City) -> None:
    seller, buyer, child = await city.person(), await city.person(), await city.person()
    office = await governed(city, seller)
    card = (await seller.claim(office.estate_id, "101")).json()
    await depend(seller, office, card["card_id"], child)
    done = await office.import_register(register(rows("101", buyer)))
    assert done.json()["cards_ended"] == 1
    await office.ask("POST", "/register-sign-off", json={})
    for person in (seller, child):
        held = (await person.ask("GET", "/v1/me/cards")).json()["cards"]
        assert [one["status"] for one in held] == ["INVALID"]
        assert await roles_on(person, office) == []
    assert (await buyer.claim(office.estate_id, "101")).status_code == 201
    await office.govern(register(rows("101", seller)))
    assert (await seller.claim(office.estate_id, "101")).status_code == 201


async def test_a_card_lives_on_when_its_holder_is_still_listed(city: City) -> None:
    owner = await city.person()
    office = await governed(city, owner)
    await owner.claim(office.estate_id, "101")
    done = await office.import_register(register(rows("101", owner)))
    assert done.json()["cards_ended"] == 0
    assert await roles_on(owner, office) == ["owner"]


async def depend(
    owner: Person, office: Office, card_id: str, other: Person, **changed: str
) -> httpx.Response:
    """Hang a tenant's card on a main card."""
    body = {"account_id": other.account_id} | TENANT | changed
    path = f"{office.path}/cards/{card_id}/dependents"
    return await owner.ask("POST", path, office.estate_id, json=body)


async def test_a_dependent_card_hangs_on_the_main_card(city: City) -> None:
    owner, tenant = await city.person(), await city.person(verified=False)
    office = await governed(city, owner)
    card = (await owner.claim(office.estate_id, "101")).json()
    reply = await depend(owner, office, card["card_id"], tenant)
    assert reply.status_code == 201
    assert reply.json()["parent_card_id"] == card["card_id"]
    assert (reply.json()["user_type"], reply.json()["room_id"]) == ("TENANT", card["room_id"])
    assert await roles_on(tenant, office) == ["dependent"]
    twice = await depend(owner, office, card["card_id"], tenant)
    assert twice.json()["type"] == "/problems/identity/card-already-issued"


async def test_a_dependent_card_needs_ones_own_valid_main_card(city: City) -> None:
    owner, neighbour, tenant = [await city.person() for _ in range(3)]
    office = await governed(city, owner)
    card = (await owner.claim(office.estate_id, "101")).json()
    by_neighbour = await depend(neighbour, office, card["card_id"], tenant)
    assert by_neighbour.json()["type"] == "/problems/identity/card-unknown"
    hung = (await depend(owner, office, card["card_id"], tenant)).json()
    on_dependent = await depend(tenant, office, hung["card_id"], neighbour)
    assert on_dependent.json()["type"] == "/problems/identity/card-unknown"
    himself = await depend(owner, office, card["card_id"], owner)
    assert himself.json()["type"] == "/problems/identity/holder-of-main-card"
    nobody = await depend(owner, office, card["card_id"], tenant, account_id=str(uuid4()))
    assert nobody.json()["type"] == "/problems/identity/account-unknown"
    assert (
        await depend(owner, office, card["card_id"], neighbour, user_type="OWNER")
    ).status_code == 422
    await office.import_register(register(rows("101", neighbour)))
    late = await depend(owner, office, card["card_id"], neighbour)
    assert late.json()["type"] == "/problems/identity/card-not-online"
