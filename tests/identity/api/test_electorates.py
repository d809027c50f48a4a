"""The electorate over HTTP: policy, preview, freezing, and a register held still."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from services.chassis.tokens import Expected
from services.identity.domain.electorate import FrozenEntry, frozen_sha256
from services.proofs.electorate import EntryKind
from tests.identity.city import City, Office, Person, register, rows

VOTING = Expected("inside+jwt", "voting", "identity")
POLICY = {
    "parking_area_counts": True,
    "parking_as_person_counts": True,
    "same_owner_rule": "identical_owner_set",
}


async def freeze(city: City, office: Office, *, key: str = "", days: int = 30) -> httpx.Response:
    """Freeze an electorate as voting does."""
    body = {
        "purpose": "ballot",
        "hold_until": (city.clock.now() + timedelta(days=days)).isoformat(),
    }
    headers = city.voting() | {"idempotency-key": key or str(uuid4())}
    path = f"/internal/v1/estates/{office.estate_id}/electorates"
    return await city.http.post(path, json=body, headers=headers)


async def couple_and_owner(city: City) -> tuple[Office, list[Person]]:
    """Return an estate: a couple's 101, an owner's 102 and 103, and his parking space."""
    office, people = await city.office(), [city.stranger() for _ in range(3)]
    parking = rows("B001", people[2], 用途="车位", 专有面积="12.50")
    await office.govern(
        register(rows("101", *people[:2]), rows("102", people[2]), rows("103", people[2]), parking)
    )
    return office, people


async def test_a_frozen_electorate_carries_its_weights_and_a_hash_to_recompute(
    city: City,
) -> None:
    office, _ = await couple_and_owner(city)
    reply = await freeze(city, office)
    frozen: dict[str, Any] = reply.json()
    assert reply.status_code == 201
    assert (frozen["people"], frozen["area_m2"], frozen["zone"]) == (2, "300.00", "Asia/Shanghai")
    shapes = sorted(
        (one["area_m2"], len(one["holders"]), one["units"]) for one in frozen["entries"]
    )
    assert shapes == [("100.00", 2, 1), ("200.00", 1, 2)]
    entries = [
        FrozenEntry(
            one["entry_id"],
            EntryKind(one["kind"]),
            int(one["area_m2"].replace(".", "")),
            tuple(one["holders"]),
            one["units"],
        )
        for one in frozen["entries"]
    ]
    assert frozen["sha256"] == frozen_sha256(office.estate_id, frozen["policy"], entries)


async def test_a_very_large_estate_is_frozen(city: City) -> None:
    """Areas are integers of 0.01 m²; their sum passes 2**31 at 21 square kilometres."""
    office, owner = await city.office(), city.stranger()
    rooms = [str(101 + index) for index in range(3)]
    await office.govern(register(*(rows(room, owner, 专有面积="9999999.99") for room in rooms)))
    frozen = await freeze(city, office)
    assert (frozen.status_code, frozen.json()["area_m2"]) == (201, "29999999.97")


async def test_a_holder_is_named_as_voting_will_know_him(city: City) -> None:
    owner = await city.person()
    office = await city.office()
    await office.govern(register(rows("101", owner)))
    await owner.claim(office.estate_id, "101")
    frozen = (await freeze(city, office)).json()
    body = {
        "token": owner.tokens["access_token"],
        "audience": "voting",
        "estate_id": office.estate_id,
    }
    token = (
        await city.http.post("/internal/v1/exchanges", json=body, headers=city.gateway())
    ).json()["token"]
    claims = await city.app.state.trust.read(token, VOTING)
    assert frozen["entries"][0]["holders"] == [claims["owner"]]
    assert set(claims["roles"]) == {"person", "verified", "owner"}
    assert claims["lvl"] == 3


async def test_the_same_ballot_gets_the_same_electorate(city: City) -> None:
    office, _ = await couple_and_owner(city)
    key = str(uuid4())
    first = await freeze(city, office, key=key)
    path = f"/internal/v1/estates/{office.estate_id}/electorates"
    headers = city.voting() | {"idempotency-key": key}
    again = await city.http.post(
        path, content=first.request.content, headers=headers | {"content-type": "application/json"}
    )
    assert again.json() == first.json()


async def test_without_a_sign_off_nothing_is_frozen(city: City) -> None:
    office = await city.office()
    missing = await freeze(city, office)
    assert missing.json()["type"] == "/problems/identity/register-missing"
    await office.import_register(register(rows("101", city.stranger())))
    reply = await freeze(city, office)
    assert (reply.status_code, reply.json()["type"]) == (
        409,
        "/problems/identity/register-not-signed-off",
    )


async def test_a_held_electorate_stands_against_an_import_that_changes_it(city: City) -> None:
    office, people = await couple_and_owner(city)
    frozen = (await freeze(city, office, days=30)).json()
    changed = register(rows("101", people[0]), rows("102", people[2]), rows("103", people[2]))
    refused = await office.import_register(changed)
    assert (refused.status_code, refused.json()["type"]) == (
        409,
        "/problems/identity/electorate-held",
    )
    assert refused.json()["electorate_id"] == frozen["electorate_id"]
    assert (await office.ask("GET", "")).json()["current_register"]["version"] == 1
    city.clock.advance(days=30)
    await city.sign_in(office.street)
    assert (await office.import_register(changed)).status_code == 201


async def test_a_held_electorate_lets_corrections_pass_that_do_not_touch_it(city: City) -> None:
    office, people = await couple_and_owner(city)
    await freeze(city, office)
    without_parking = register(
        rows("101", *people[:2], 联系电话=""), rows("102", people[2]), rows("103", people[2])
    )
    assert (await office.import_register(without_parking)).status_code == 201


async def test_r6_the_stored_policy_decides_about_parking(city: City) -> None:
    office, _ = await couple_and_owner(city)
    before = (await office.ask("GET", "/electorate")).json()
    assert (before["area_m2"], before["policy"]["parking_area_counts"]) == ("300.00", False)
    assert (await office.ask("PUT", "/electorate-policy", json=POLICY)).json() == POLICY
    assert (await office.ask("GET", "/electorate-policy")).json() == POLICY
    after = (await office.ask("GET", "/electorate")).json()
    assert (after["people"], after["area_m2"]) == (2, "312.50")
    assert after["sha256"] != before["sha256"]


async def test_a_policy_set_later_leaves_the_frozen_one_alone(city: City) -> None:
    office, people = await couple_and_owner(city)
    frozen = (await freeze(city, office)).json()
    await office.ask("PUT", "/electorate-policy", json=POLICY)
    assert frozen["policy"]["parking_area_counts"] is False
    without_parking = register(
        rows("101", *people[:2]), rows("102", people[2]), rows("103", people[2])
    )
    assert (await office.import_register(without_parking)).status_code == 201


@pytest.mark.parametrize("role", ["property_manager", "auditor"])
async def test_the_manager_and_the_auditor_look_and_do_not_decide(city: City, role: str) -> None:
    office = await city.office()
    person = await city.appoint(office, role)
    path = f"{office.path}/electorate-policy"
    assert (await person.ask("GET", path, office.estate_id)).status_code == 200
    reply = await person.ask("PUT", path, office.estate_id, json=POLICY)
    assert reply.status_code == 403


async def test_only_voting_freezes(city: City) -> None:
    office, _ = await couple_and_owner(city)
    path = f"/internal/v1/estates/{office.estate_id}/electorates"
    body = {"purpose": "ballot", "hold_until": "2027-01-01T00:00:00Z"}
    headers = {"idempotency-key": str(uuid4())}
    by_gateway = await city.http.post(path, json=body, headers=headers | city.gateway())
    by_street = await city.http.post(
        path, json=body, headers=headers | await office.street.inside(office.estate_id)
    )
    assert (by_gateway.status_code, by_street.status_code) == (403, 401)
