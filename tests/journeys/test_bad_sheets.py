"""Registers and sheets that are wrong: every defect by its line, and nothing of them is kept."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.journeys.conftest import City
from tests.journeys.estate import Estate
from tests.support.estates import identity_number
from tests.support.whole import CSV, Whole, done, problem

ZIJIN = Path("demo/zijin")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PLACES = ("line", "kind", "column", "same_as")
UPLOADS = ("/register-checks", "/register-imports", "/ledger/sheet-checks", "/ledger/sheet-imports")
AREA, NUMBER, PHONE = 5, 9, 11
HEADER = "日期,收支,类别,金额,对方,凭证号,备注\n"


def expected(name: str) -> dict[str, Any]:
    held: dict[str, Any] = json.loads((ZIJIN / name).read_text(encoding="utf-8"))
    return held


REGISTER = expected("register_messy.expected.json")
SHEET = expected("common_revenue_messy.expected.json")


def places(found: list[dict[str, Any]], *names: str) -> list[dict[str, Any]]:
    """Return the defects with only those members that name their place."""
    return [{n: one[n] for n in names if one.get(n) is not None} for one in found]


@pytest.fixture(scope="module")
async def founded(city: City) -> Estate:
    """An estate that has no register yet."""
    return await city.found()


@pytest.mark.parametrize("path", ["/register-checks", "/register-imports"])
async def test_every_defect_of_a_messy_register_is_told_and_nothing_is_imported(
    whole: Whole, founded: Estate, path: str
) -> None:
    content = (ZIJIN / "register_messy_gbk.csv").read_bytes()
    async with whole.unchanged():
        reply = await founded.upload(path, content)
    if path == "/register-checks":
        said = done(reply)
    else:
        assert problem(reply) == (409, "identity/register-defective")
        said = reply.json()
    assert said["rows"] == REGISTER["rows"]
    assert places(said["defects"], *PLACES) == REGISTER["defects"]
    assert all(one["advice_zh"] and one["advice_en"] for one in said["defects"])
    missing = await founded.ask("GET", "/register-quality", founded.manager)
    assert problem(missing) == (404, "identity/register-missing")


@pytest.mark.parametrize("path", ["/ledger/sheet-checks", "/ledger/sheet-imports"])
async def test_every_defect_of_a_messy_sheet_is_told_and_nothing_is_imported(
    whole: Whole, founded: Estate, path: str
) -> None:
    content = (ZIJIN / "common_revenue_messy_gbk.csv").read_bytes()
    async with whole.unchanged():
        reply = await founded.upload(path, content)
    if path == "/ledger/sheet-checks":
        said = done(reply)
    else:
        assert problem(reply) == (409, "ledger/sheet-defective")
        said = reply.json()
    assert said["rows"] == SHEET["lines"]
    assert places(said["defects"], "line", "kind", "same_as") == SHEET["defects"]
    assert (await founded.get("/ledger/drafts", founded.manager))["drafts"] == []


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        ("2026-05-11,收入,物业费,2630.00,业主,S1,", "service_charge_in_common_revenue"),
        ("2026-05-13,支出,维修更新,100.005,工程队,Z1,", "amount_precision"),
        ("2026-05-13,支出,维修更新,0.00,工程队,Z1,", "amount_not_positive"),
        ("2026-05-13,支出,维修更新,0,工程队,Z1,", "amount_not_positive"),
        ("2026-05-13,支出,维修更新,-500.00,工程队,Z1,", "amount_not_positive"),
        ("2026-05-13,支出,维修更新,（500.00）,工程队,Z1,", "amount_not_positive"),
        ("2026-05-13,支出,维修更新,1e3,工程队,Z1,", "amount_unreadable"),
        ('2026-05-13,支出,维修更新,"1,00.00",工程队,Z1,', "amount_unreadable"),
        ("2026-05-13,支出,维修更新,99999999999999999999,工程队,Z1,", "amount_too_large"),
        ("2026-02-29,支出,维修更新,5.00,工程队,Z1,", "date_invalid"),
        ("2027-01-01,支出,维修更新,5.00,工程队,Z1,", "date_in_future"),
        ("2026-05-13,支出,电梯广告,5.00,工程队,Z1,", "category_of_other_direction"),
        ("2026-05-13,支出,郊游,5.00,工程队,Z1,", "category_unknown"),
    ],
)
async def test_a_line_that_is_no_booking_is_not_imported(
    whole: Whole, founded: Estate, cells: str, kind: str
) -> None:
    async with whole.unchanged():
        reply = await founded.upload("/ledger/sheet-imports", f"{HEADER}{cells}\n".encode())
    assert problem(reply) == (409, "ledger/sheet-defective")
    assert places(reply.json()["defects"], "line", "kind") == [{"line": 2, "kind": kind}]


def bomb() -> bytes:
    """Return a small archive that unpacks to more than any sheet."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        with archive.open("xl/worksheets/sheet1.xml", "w") as member:
            for _ in range(200):
                member.write(bytes(1024 * 1024))
    return out.getvalue()


def far_cell() -> bytes:
    """Return a workbook whose one cell lies at the end of the sheet."""
    book, out = openpyxl.Workbook(), io.BytesIO()
    assert book.active is not None
    book.active["A1"], book.active["XFD1048576"] = "幢", "1"
    book.save(out)
    return out.getvalue()


@pytest.fixture(scope="module")
def unreadable() -> dict[str, tuple[bytes, str, str]]:
    """Uploads that are no sheet: content, declared type, and the kind of the refusal."""
    return {
        "bomb": (bomb(), XLSX, "sheet_too_large"),
        "far cell": (far_cell(), XLSX, "sheet_too_large"),
        "not an archive": (b"PK\x03\x04 but no more", XLSX, "xlsx_broken"),
        "no text": (b"\xff\xfe\xff\xff\x00", CSV, "encoding_unknown"),
        "open quote": ('幢,"单元\n1'.encode(), CSV, "csv_broken"),
        "nothing": (b"", CSV, "header_missing"),
        "another type": (b"a,b", "application/vnd.oasis.opendocument", "media_type_unknown"),
        "wrong type": (b"a,b", XLSX, "media_type_mismatch"),
    }


@pytest.mark.parametrize("path", UPLOADS)
async def test_what_is_no_sheet_is_refused_before_it_costs_anything(
    whole: Whole, founded: Estate, unreadable: dict[str, tuple[bytes, str, str]], path: str
) -> None:
    service, what = ("ledger", "sheet") if "ledger" in path else ("identity", "register")
    for content, kind, because in unreadable.values():
        async with whole.unchanged():
            reply = await founded.upload(path, content, kind=kind)
        assert problem(reply) == (422, f"{service}/{what}-unreadable")
        assert reply.json()["kind"] == because


def without(register: bytes, line: int) -> bytes:
    """Return the register without one line."""
    lines = register.split(b"\r\n")
    return b"\r\n".join(lines[: line - 1] + lines[line:])


def edited(register: bytes, line: int, column: int, value: str) -> bytes:
    """Return the register with one cell changed; the header is line 1."""
    lines = register.decode().split("\r\n")
    cells = lines[line - 1].split(",")
    cells[column] = value
    lines[line - 1] = ",".join(cells)
    return "\r\n".join(lines).encode()


async def test_a_register_that_would_change_an_announced_electorate_is_refused(
    whole: Whole, city: City, register: bytes
) -> None:
    estate = await city.found()
    await estate.import_register(register)
    await estate.sign_off()
    ballot = await estate.announced()
    another_area = edited(register, 2, AREA, "60.01")
    another_owner = edited(register, 2, NUMBER, identity_number(2))
    for changed in (another_area, another_owner, without(register, 2)):
        async with whole.unchanged():
            reply = await estate.upload("/register-imports", changed)
        assert problem(reply) == (409, "identity/electorate-held")
        assert reply.json()["held_until"].startswith(ballot.closes_at.isoformat()[:16])
    # The same again, and a change that touches no electorate, are new versions.
    assert (await estate.import_register(register))["version"] == 2
    phone = edited(register, 2, PHONE, "19912345678")
    assert (await estate.import_register(phone))["version"] == 3
    # Once the ballot has closed the register may change.
    whole.move_to(ballot.closes_at)
    assert (await estate.import_register(another_area))["version"] == 4
