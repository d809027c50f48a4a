"""Looking a flat's entry up over HTTP: by who enters paper votes, and never without a trace."""

from datetime import timedelta
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import text

from services.identity.domain.roles import CONVENERS, ESTATE_STAFF
from tests.identity.city import City, Office, Person, register, rows
from tests.identity.devices import kind

ROOM_101 = {"building": "1", "stairwell": "1", "room": "101"}


def at(room: str) -> dict[str, str]:
    return ROOM_101 | {"room": room}


async def freeze(city: City, office: Office) -> dict[str, str]:
    """Freeze an electorate for a day; return its id, and the ids of its entries by their shape."""
    until = (city.clock.now() + timedelta(days=1)).isoformat()
    reply = await city.http.post(
        f"/internal/v1/estates/{office.estate_id}/electorates",
        json={"purpose": "ballot", "hold_until": until},
        headers=city.voting() | {"idempotency-key": str(uuid4())},
    )
    assert reply.status_code == 201, reply.text
    frozen = reply.json()
    by_shape = {f"{one['kind']} {one['area_m2']}": one["entry_id"] for one in frozen["entries"]}
    return {"id": frozen["electorate_id"]} | by_shape


async def settled(city: City) -> tuple[Office, dict[str, str]]:
    """Return an estate of a couple, an owner of two flats and a parking space, and a developer."""
    office, people = await city.office(), [city.stranger() for _ in range(4)]
    owner, developer = people[2], people[3]
    await office.govern(
        register(
            rows("101", *people[:2]),
            rows("102", owner, 专有面积="60.00"),
            rows("103", owner, 专有面积="60.00"),
            rows("B001", owner, 用途="车位", 专有面积="12.50"),
            rows("901", developer, 专有面积="300.00", 交付状态="未售"),
        )
    )
    return office, await freeze(city, office)


async def look_up(
    person: Person, office: Office, electorate_id: str, *, room: str = "101", key: str = ""
) -> httpx.Response:
    path = f"{office.path}/electorates/{electorate_id}/entry-lookups"
    headers = {"idempotency-key": key or str(uuid4())}
    return await person.ask("POST", path, office.estate_id, json=at(room), headers=headers)


async def asked(city: City, electorate_id: str) -> list[tuple[str, str]]:
    """Return who asked for which room of an electorate, in order."""
    assert city.database is not None
    query = text("""
        SELECT l.asked_by::text AS asked_by, u.room, l.asked_at FROM entry_lookups l
          JOIN units u ON u.id = l.unit_id
         WHERE l.electorate_id = CAST(:id AS uuid) ORDER BY l.asked_at
    """)
    async with city.database.begin() as connection:
        found = (await connection.execute(query, {"id": electorate_id})).all()
    assert all(row.asked_at <= city.clock.now() for row in found)
    return [(row.asked_by, row.room) for row in found]


@pytest.mark.parametrize("role", sorted(CONVENERS))
async def test_who_enters_paper_votes_finds_the_entry_of_a_flat(city: City, role: str) -> None:
    office, frozen = await settled(city)
    official = await city.appoint(office, role)
    couple = await look_up(official, office, frozen["id"])
    assert couple.status_code == 201
    assert couple.json() == {"entry_id": frozen["OWNERS 100.00"], "kind": "OWNERS"}


async def test_two_flats_of_one_owner_are_one_entry(city: City) -> None:
    office, frozen = await settled(city)
    official = await city.appoint(office, "committee")
    found = [(await look_up(official, office, frozen["id"], room=r)).json() for r in ("102", "103")]
    assert found == [{"entry_id": frozen["OWNERS 120.00"], "kind": "OWNERS"}] * 2


async def test_unsold_stock_is_the_developers_entry(city: City) -> None:
    office, frozen = await settled(city)
    official = await city.appoint(office, "residents_committee")
    found = await look_up(official, office, frozen["id"], room="901")
    assert found.json() == {"entry_id": frozen["DEVELOPER 300.00"], "kind": "DEVELOPER"}


async def test_a_place_is_read_as_registers_are(city: City) -> None:
    office, frozen = await settled(city)
    official = await city.appoint(office, "committee")
    found = await look_up(official, office, frozen["id"], room=" １０１ ")
    assert found.json()["entry_id"] == frozen["OWNERS 100.00"]


async def test_what_counts_for_nothing_is_behind_no_entry(city: City) -> None:
    office, frozen = await settled(city)
    official = await city.appoint(office, "committee")
    reply = await look_up(official, office, frozen["id"], room="B001")
    assert kind(reply) == (404, "entry-unknown")


async def test_a_flat_that_came_later_is_behind_no_entry_and_an_old_one_behind_its_own(
    city: City,
) -> None:
    office, frozen = await settled(city)
    city.clock.advance(days=1)
    await city.sign_in(office.street)
    await office.govern(register(rows("101", city.stranger()), rows("104", city.stranger())))
    official = await city.appoint(office, "committee")
    later = await look_up(official, office, frozen["id"], room="104")
    assert kind(later) == (404, "entry-unknown")
    sold = await look_up(official, office, frozen["id"])
    assert sold.json()["entry_id"] == frozen["OWNERS 100.00"]
    again = await freeze(city, office)
    assert (await look_up(official, office, again["id"], room="104")).status_code == 201


async def test_what_is_not_there_is_named(city: City) -> None:
    (office, frozen), (other, theirs) = await settled(city), await settled(city)
    official = await city.appoint(office, "committee")
    unit = await look_up(official, office, frozen["id"], room="999")
    assert kind(unit) == (404, "unit-unknown")
    replies = [await look_up(official, office, one) for one in (theirs["id"], str(uuid4()))]
    assert {kind(reply) for reply in replies} == {(404, "electorate-unknown")}
    assert replies[0].content == replies[1].content
    assert await asked(city, theirs["id"]) == []
    assert (await look_up(official, other, theirs["id"])).status_code == 403


async def test_an_official_of_one_estate_asks_for_no_other_by_his_token(city: City) -> None:
    (office, _), (other, theirs) = await settled(city), await settled(city)
    official = await city.appoint(office, "committee")
    path = f"{other.path}/electorates/{theirs['id']}/entry-lookups"
    reply = await official.ask("POST", path, office.estate_id, json=ROOM_101)
    assert kind(reply) == (403, "not-of-this-estate")


@pytest.mark.parametrize("role", sorted(ESTATE_STAFF - CONVENERS - {"street_office"}))
async def test_other_staff_learns_no_entry(city: City, role: str) -> None:
    office, frozen = await settled(city)
    person = await city.appoint(office, role)
    assert kind(await look_up(person, office, frozen["id"])) == (403, "role-missing")


async def test_street_office_owner_and_dependent_learn_no_entry(city: City) -> None:
    office, owner, tenant = await city.office(), await city.person(), await city.person()
    await office.govern(register(rows("101", owner)))
    card = (await owner.claim(office.estate_id, "101")).json()
    body = {"account_id": tenant.account_id, "user_type": "TENANT"}
    path = f"{office.path}/cards/{card['card_id']}/dependents"
    hung = await owner.ask("POST", path, office.estate_id, json=body)
    assert hung.status_code == 201
    frozen = await freeze(city, office)
    for person in (office.street, owner, tenant, await city.person()):
        assert (await look_up(person, office, frozen["id"])).status_code == 403
    assert await asked(city, frozen["id"]) == []


async def test_every_asking_is_kept_also_one_that_found_nothing(city: City) -> None:
    office, frozen = await settled(city)
    official, colleague = [await city.appoint(office, "committee") for _ in range(2)]
    for person, room in ((official, "101"), (colleague, "B001"), (official, "101")):
        city.clock.advance(seconds=1)
        await look_up(person, office, frozen["id"], room=room)
    me, other = official.account_id, colleague.account_id
    assert await asked(city, frozen["id"]) == [(me, "101"), (other, "B001"), (me, "101")]


async def test_an_asking_repeated_with_its_key_is_the_same_asking(city: City) -> None:
    office, frozen = await settled(city)
    official, key = await city.appoint(office, "committee"), str(uuid4())
    first, again = [await look_up(official, office, frozen["id"], key=key) for _ in range(2)]
    assert (again.content, again.headers["idempotency-replayed"]) == (first.content, "true")
    assert len(await asked(city, frozen["id"])) == 1


async def test_a_session_that_ended_learns_nothing(city: City) -> None:
    office, frozen = await settled(city)
    official = await city.appoint(office, "committee")
    living = await official.inside(office.estate_id)
    await official.ask("DELETE", "/v1/sessions/current")
    path = f"{office.path}/electorates/{frozen['id']}/entry-lookups"
    headers = living | {"idempotency-key": str(uuid4())}
    reply = await city.http.post(path, json=ROOM_101, headers=headers)
    assert kind(reply) == (401, "session-ended")
    assert await asked(city, frozen["id"]) == []


@pytest.mark.parametrize("changed", [{"room": ""}, {"room": "1" * 41}, {"room": 101}, {"unit": ""}])
async def test_a_malformed_place_is_refused(city: City, changed: dict[str, object]) -> None:
    office, frozen = await settled(city)
    official = await city.appoint(office, "committee")
    path = f"{office.path}/electorates/{frozen['id']}/entry-lookups"
    reply = await official.ask("POST", path, office.estate_id, json=ROOM_101 | changed)
    assert reply.status_code == 422
