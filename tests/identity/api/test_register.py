"""Registers over HTTP: tried, imported, refused, signed off, counted."""

import asyncio
import io
import json
from pathlib import Path
from uuid import uuid4

import openpyxl
import pytest
from sqlalchemy import text

from services.chassis.sheets import XLSX, read_sheet
from tests.identity.city import City, Office, Person, register, rows

DATA = Path("demo/zijin")


async def stored(city: City, office: Office, table: str) -> int:
    """Return how many rows of a table belong to an estate."""
    assert city.database is not None
    query = text(f"SELECT count(*) FROM {table} WHERE estate_id = CAST(:id AS uuid)")
    async with city.database.begin() as connection:
        found: int = (await connection.execute(query, {"id": office.estate_id})).scalar_one()
        return found


async def unit_ids(city: City, office: Office) -> dict[str, str]:
    """Return the ids of an estate's rooms."""
    assert city.database is not None
    query = text("SELECT room, id::text FROM units WHERE estate_id = CAST(:id AS uuid)")
    async with city.database.begin() as connection:
        found = await connection.execute(query, {"id": office.estate_id})
        return {row.room: row.id for row in found}


async def test_the_messy_register_is_described_and_nothing_kept(city: City) -> None:
    office = await city.office()
    content = (DATA / "register_messy_gbk.csv").read_bytes()
    headers = {"content-type": "text/csv"}
    reply = await office.ask("POST", "/register-checks", content=content, headers=headers)
    expected = json.loads((DATA / "register_messy.expected.json").read_text())
    found = [
        {name: one[name] for name in ("line", "kind", "column", "same_as") if one[name] is not None}
        for one in reply.json()["defects"]
    ]
    assert {"rows": reply.json()["rows"], "defects": found} == expected
    assert all(one["message_zh"] and one["advice_en"] for one in reply.json()["defects"])
    refused = await office.import_register(content)
    assert (refused.status_code, refused.json()["type"]) == (
        409,
        "/problems/identity/register-defective",
    )
    assert len(refused.json()["defects"]) == 22
    assert await stored(city, office, "units") == 0
    assert await stored(city, office, "register_versions") == 0


async def test_the_demo_register_counts_to_what_it_must(city: City) -> None:
    office = await city.office()
    imported = await office.import_register((DATA / "register.csv").read_bytes())
    expected = json.loads((DATA / "register.expected.json").read_text())
    assert imported.status_code == 201
    assert {name: imported.json()[name] for name in ("rows", "units", "parking_spaces")} == {
        name: expected[name] for name in ("rows", "units", "parking_spaces")
    }
    preview = (await office.ask("GET", "/electorate")).json()
    assert (preview["people"], preview["area_m2"]) == (
        expected["people"],
        expected["total_area_m2"],
    )
    quality = (await office.ask("GET", "/register-quality")).json()
    assert quality["natural_persons"] == expected["natural_persons"]
    assert quality["area_m2"] == expected["total_area_m2"]
    assert quality["parking_area_m2"] == expected["parking_area_m2"]


async def test_an_xlsx_register_is_the_same_register(city: City) -> None:
    office, owner = await city.office(), city.stranger()
    sheet = read_sheet(register(rows("101", owner), rows("102", owner)), media_type="text/csv")
    book = openpyxl.Workbook()
    page = book.worksheets[0]
    page.append(sheet.header)
    for row in sheet.rows:
        page.append(list(row.cells.values()))
    out = io.BytesIO()
    book.save(out)
    reply = await office.import_register(out.getvalue(), headers={"content-type": XLSX})
    assert (reply.status_code, reply.json()["units"]) == (201, 2)


@pytest.mark.parametrize(
    ("content", "kind", "said"),
    [
        (b"\xff\xff\xff", "text/csv", "encoding_unknown"),
        (b"PK\x03\x04", XLSX, "xlsx_broken"),
        (b"", "text/csv", "header_missing"),
        (b"{}", "application/json", "media_type_unknown"),
    ],
)
async def test_what_is_no_sheet_is_refused(
    city: City, content: bytes, kind: str, said: str
) -> None:
    office = await city.office()
    reply = await office.import_register(content, headers={"content-type": kind})
    assert (reply.status_code, reply.json()["type"]) == (
        422,
        "/problems/identity/register-unreadable",
    )
    assert reply.json()["kind"] == said


async def test_a_register_in_another_shape_says_which_columns_it_lacks(city: City) -> None:
    office = await city.office()
    reply = await office.import_register("姓名,电话\n甲,1".encode())
    assert {one["kind"] for one in reply.json()["defects"]} == {"column_missing"}


async def test_a_new_version_keeps_units_ids_and_history(city: City) -> None:
    office, first, second = await city.office(), city.stranger(), city.stranger()
    await office.import_register(register(rows("101", first), rows("102", first)))
    before = await unit_ids(city, office)
    reply = await office.import_register(register(rows("101", second), rows("103", second)))
    after = await unit_ids(city, office)
    assert reply.json()["version"] == 2
    assert after["101"] == before["101"]
    assert set(after) == {"101", "102", "103"}
    assert await stored(city, office, "holdings") == 4
    assert (await office.ask("GET", "")).json()["current_register"]["units"] == 2


async def test_one_person_is_one_party_across_units_and_estates(city: City) -> None:
    one, other, owner = await city.office(), await city.office(), city.stranger()
    await one.govern(register(rows("101", owner), rows("102", owner)))
    await other.govern(register(rows("201", owner)))
    assert (await one.ask("GET", "/electorate")).json()["people"] == 1
    assert city.database is not None
    index = city.parts.sealer.index(f"PERSON:{owner.number}", purpose="document")
    query = text("SELECT count(*) FROM parties WHERE document_index = :index")
    async with city.database.begin() as connection:
        assert (await connection.execute(query, {"index": index})).scalar_one() == 1


async def test_imports_at_once_make_two_whole_versions(city: City) -> None:
    office, people = await city.office(), [city.stranger() for _ in range(8)]
    contents = [
        register(*(rows(str(100 + n), one) for n, one in enumerate(order)))
        for order in (people, people[::-1])
    ]
    replies = await asyncio.gather(*(office.import_register(one) for one in contents))
    assert sorted(reply.json()["version"] for reply in replies) == [1, 2]


async def test_an_import_repeated_with_its_key_is_one_import(city: City) -> None:
    office, owner = await city.office(), city.stranger()
    key = str(uuid4())
    content = register(rows("101", owner))
    first = await office.import_register(content, headers={"idempotency-key": key})
    again = await office.import_register(content, headers={"idempotency-key": key})
    assert first.json() == again.json()
    assert await stored(city, office, "register_versions") == 1


async def test_a_sign_off_holds_for_its_version_only(city: City) -> None:
    office, owner = await city.office(), city.stranger()
    path = "/register-sign-off"
    missing = await office.ask("POST", path, json={})
    assert missing.json()["type"] == "/problems/identity/register-missing"
    await office.import_register(register(rows("101", owner)))
    other = await office.ask("POST", path, json={"version": 2})
    assert other.json()["type"] == "/problems/identity/register-changed"
    signed = await office.ask("POST", path, json={"version": 1})
    assert signed.json()["signed_off"]["role"] == "street_office"
    twice = await office.ask("POST", path, json={})
    assert twice.json()["type"] == "/problems/identity/register-already-signed-off"
    await office.import_register(register(rows("101", owner)))
    assert (await office.ask("GET", "")).json()["current_register"]["signed_off"] is None


async def test_the_manager_imports_and_may_not_sign_off(city: City) -> None:
    office, owner = await city.office(), city.stranger()
    manager = await city.appoint(office, "property_manager")
    content = register(rows("101", owner))
    imported = await manager.ask(
        "POST",
        f"{office.path}/register-imports",
        office.estate_id,
        content=content,
        headers={"content-type": "text/csv"},
    )
    signed = await manager.ask(
        "POST", f"{office.path}/register-sign-off", office.estate_id, json={}
    )
    assert (imported.status_code, signed.status_code) == (201, 403)
    residents = await city.appoint(office, "residents_committee")
    signed = await residents.ask(
        "POST", f"{office.path}/register-sign-off", office.estate_id, json={}
    )
    assert signed.json()["signed_off"]["role"] == "residents_committee"


@pytest.mark.parametrize("path", ["/register-imports", "/register-checks"])
async def test_nobody_else_touches_the_register(city: City, path: str) -> None:
    office, other = await city.office(), await city.office()
    auditor = await city.appoint(office, "auditor")
    outsiders: list[tuple[Person, str]] = [
        (auditor, office.estate_id),
        (await city.person(), office.estate_id),
        (other.street, office.estate_id),  # his roles end at his own estate
        (other.street, other.estate_id),  # a token for his own estate is of no use here
    ]
    for person, token_estate in outsiders:
        reply = await person.ask(
            "POST",
            office.path + path,
            token_estate,
            content=b"",
            headers={"content-type": "text/csv"},
        )
        assert reply.status_code == 403


async def test_no_answer_about_a_register_names_anybody(city: City) -> None:
    office, owner = await city.office(), city.stranger()
    await office.govern(register(rows("101", owner)))
    for path in ("", "/register-quality", "/electorate", "/staff"):
        said = (await office.ask("GET", path)).text
        assert not any(secret in said for secret in (owner.name, owner.number, owner.phone))
    broken = register(rows("101", owner, 取得日期="昨天"))
    refused = (await office.import_register(broken)).text
    assert not any(secret in refused for secret in (owner.name, owner.number, owner.phone))
