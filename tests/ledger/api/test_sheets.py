"""Preparing over HTTP: dry runs, imports, drafts."""

import asyncio
import io
import json
import uuid
from pathlib import Path

import openpyxl
import pytest

from services.chassis import sheets as chassis_sheets
from tests.ledger.people import Estate, done, problem, sheet

ROW = "2026-01-08,收入,利息,30.62,示例银行,S0009,备注"
ITEM = "5b0c2c1e-9d1f-4f55-8a4e-3a8f6d0d7b11"


async def check(estate: Estate, content: bytes, query: str = "") -> dict[str, object]:
    reply = done(await estate.send("POST", f"/sheet-checks{query}", content))
    answer: dict[str, object] = reply.json()
    return answer


async def test_the_messy_sheet_is_told_its_seven_defects(estate: Estate, zijin: Path) -> None:
    expected = json.loads((zijin / "common_revenue_messy.expected.json").read_text())
    content = (zijin / "common_revenue_messy_gbk.csv").read_bytes()
    answer = done(await estate.send("POST", "/sheet-checks", content)).json()
    found = [
        {key: one[key] for key in ("line", "kind", "same_as") if one[key] is not None}
        for one in answer["defects"]
    ]
    assert found == expected["defects"]
    assert (answer["rows"], answer["good"]) == (expected["lines"], expected["good"])
    assert all(one["message_zh"] and one["advice_en"] for one in answer["defects"])


async def test_a_defective_sheet_imports_nothing(estate: Estate, zijin: Path) -> None:
    content = (zijin / "common_revenue_messy_gbk.csv").read_bytes()
    reply = await estate.send("POST", "/sheet-imports", content)
    assert problem(reply) == (409, "ledger/sheet-defective")
    assert len(reply.json()["defects"]) == 7
    assert reply.json()["defects"][-1]["same_as"] == 2
    assert (await estate.get("/drafts", "property_manager")).json() == {"drafts": []}


async def test_a_dry_run_leaves_nothing_behind(estate: Estate) -> None:
    assert (await check(estate, sheet(ROW)))["defects"] == []
    assert (await check(estate, sheet(ROW)))["defects"] == []
    assert (await estate.get("/drafts", "auditor")).json() == {"drafts": []}


async def test_an_excel_sheet_reads_as_the_same_sheet(estate: Estate) -> None:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.append(["日期", "收支", "类别", "金额", "对方", "凭证号", "备注"])
    page.append(["2026-01-08", "收入", "利息", 30.62, "示例银行", "S0009", None])
    page.append(["2026年1月12日", "支出", "维修更新", "￥１,５００.50", "工程队", "Z1", "x"])
    sink = io.BytesIO()
    book.save(sink)
    async with estate.client("property_manager") as client:
        headers = {"content-type": chassis_sheets.XLSX, "idempotency-key": str(uuid.uuid4())}
        done(await client.post("/sheet-imports", content=sink.getvalue(), headers=headers))
    drafts = (await estate.get("/drafts", "property_manager")).json()["drafts"]
    assert [(one["amount_fen"], one["occurred_on"]) for one in drafts] == [
        (3062, "2026-01-08"),
        (150050, "2026-01-12"),
    ]


async def test_drafts_show_what_they_would_rest_on(estate: Estate) -> None:
    await estate.default(REPAIR_RENEWAL="RULES_LIMIT")
    import_id = await estate.imported(
        ROW,
        "2026-02-01,支出,维修更新,10.00,工程队,Z1",
        "2026-02-01,支出,成员津贴,20.00,,Z2",
        f"2026-02-01,支出,维修更新,30.00,,Z3,,表决事项,,{ITEM}",
    )
    await estate.imported("2026-03-01,收入,利息,1.00")
    path = f"/drafts?import_id={import_id}"
    drafts = (await estate.get(path, "property_manager")).json()["drafts"]
    assert [one["authority"] and one["authority"]["kind"] for one in drafts] == [
        None,
        "RULES_LIMIT",
        None,
        "PASSED_ITEM",
    ]
    assert drafts[1]["authority"]["article"] == "HZ 16(10)"
    assert len((await estate.get("/drafts", "committee")).json()["drafts"]) == 5


async def test_a_draft_can_be_given_its_own_authority(estate: Estate) -> None:
    await estate.imported("2026-02-01,支出,维修更新,10.00,工程队,Z1")
    (draft,) = (await estate.get("/drafts", "property_manager")).json()["drafts"]
    path = f"/drafts/{draft['draft_id']}/authority"
    body = {"kind": "PASSED_ITEM", "item_id": ITEM}
    assert done(await estate.send("PUT", path, body)).json()["authority"]["item_id"] == ITEM
    (again,) = (await estate.get("/drafts", "property_manager")).json()["drafts"]
    assert again["authority"]["kind"] == "PASSED_ITEM"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"kind": "COST_OF_INCOME"}, (409, "ledger/authority-incomplete")),
        ({"kind": "PASSED_ITEM"}, (409, "ledger/authority-incomplete")),
        ({"kind": "AUDIT"}, (409, "ledger/authority-does-not-fit")),
        ({"kind": "BECAUSE"}, (422, "chassis/malformed")),
        ({"kind": "RULES_LIMIT", "more": 1}, (422, "chassis/malformed")),
        ({"kind": "PASSED_ITEM", "item_id": "third"}, (422, "chassis/malformed")),
    ],
)
async def test_an_authority_that_is_none_is_refused(
    estate: Estate, body: dict[str, str], expected: tuple[int, str]
) -> None:
    await estate.imported("2026-02-01,支出,维修更新,10.00,工程队,Z1")
    (draft,) = (await estate.get("/drafts", "property_manager")).json()["drafts"]
    reply = await estate.send("PUT", f"/drafts/{draft['draft_id']}/authority", body)
    assert problem(reply) == expected
    (again,) = (await estate.get("/drafts", "property_manager")).json()["drafts"]
    assert again["authority"] is None


async def test_income_is_given_no_authority(estate: Estate) -> None:
    await estate.imported(ROW)
    (draft,) = (await estate.get("/drafts", "property_manager")).json()["drafts"]
    path = f"/drafts/{draft['draft_id']}/authority"
    reply = await estate.send("PUT", path, {"kind": "RULES_LIMIT"})
    assert problem(reply) == (409, "ledger/category-needs-no-authority")


async def test_a_voucher_that_waits_or_is_published_is_not_imported_again(estate: Estate) -> None:
    waiting = await estate.imported(ROW)
    again = sheet(ROW, "2026-01-09,收入,利息,1.00,,S0010")
    reply = await estate.send("POST", "/sheet-imports", again)
    assert problem(reply) == (409, "ledger/sheet-defective")
    (defect,) = reply.json()["defects"]
    assert (defect["kind"], defect["line"], defect["same_as_import"]) == (
        "duplicate_voucher",
        2,
        waiting,
    )
    await estate.open()
    done(await estate.publish(waiting))
    (seen,) = (await estate.send("POST", "/sheet-checks", again)).json()["defects"]
    assert (seen["kind"], seen["same_as_entry"], seen["same_as_import"]) == (
        "duplicate_voucher",
        2,
        None,
    )


async def test_the_same_voucher_of_another_estate_is_its_own(
    estate: Estate, ledger: object, identity: object
) -> None:
    await estate.imported(ROW)
    other = Estate(ledger, identity, str(uuid.uuid4()))  # type: ignore[arg-type]  # fixtures
    assert await other.imported(ROW)


async def test_a_sheet_without_vouchers_is_known_by_its_bytes(estate: Estate) -> None:
    content = sheet("2026-04-18,收入,场地出租,300.00", "2026-04-18,收入,场地出租,300.00")
    first = done(await estate.send("POST", "/sheet-imports", content)).json()
    reply = await estate.send("POST", "/sheet-imports", content)
    assert problem(reply) == (409, "ledger/sheet-already-imported")
    assert reply.json()["import_id"] == first["import_id"]


async def test_two_imports_at_once_of_one_sheet_make_one(estate: Estate) -> None:
    content = sheet(ROW)
    replies = await asyncio.gather(
        *(estate.send("POST", "/sheet-imports", content) for _ in range(4))
    )
    assert sorted(reply.status_code for reply in replies) == [201, 409, 409, 409]
    assert len((await estate.get("/drafts", "property_manager")).json()["drafts"]) == 1


async def test_an_import_sent_again_with_its_key_is_the_same_import(estate: Estate) -> None:
    key = str(uuid.uuid4())
    first = done(await estate.send("POST", "/sheet-imports", sheet(ROW), key=key))
    again = done(await estate.send("POST", "/sheet-imports", sheet(ROW), key=key))
    assert again.json() == first.json()
    assert again.headers["idempotency-replayed"] == "true"
    other = sheet("2026-01-09,收入,利息,1.00")
    reply = await estate.send("POST", "/sheet-imports", other, key=key)
    assert problem(reply) == (409, "chassis/key-reused")


async def test_a_discarded_import_is_gone_and_can_be_imported_again(estate: Estate) -> None:
    import_id = await estate.imported(ROW)
    reply = await estate.send("DELETE", f"/sheet-imports/{import_id}")
    assert reply.status_code == 204
    assert (await estate.get("/drafts", "property_manager")).json() == {"drafts": []}
    gone = await estate.send("DELETE", f"/sheet-imports/{import_id}")
    assert problem(gone) == (404, "ledger/no-such-import")
    assert await estate.imported(ROW)


async def test_a_published_import_cannot_be_discarded(estate: Estate) -> None:
    await estate.open()
    import_id = await estate.imported(ROW)
    done(await estate.publish(import_id))
    reply = await estate.send("DELETE", f"/sheet-imports/{import_id}")
    assert problem(reply) == (409, "ledger/import-already-published")
    assert len(await estate.entries()) == 2


@pytest.mark.parametrize(
    "content", [b"\x00\xff\x00", b"", "日期,收支,类别,金额\n".encode(), b"PK\x03\x04 no archive"]
)
async def test_what_is_no_sheet_is_unreadable(estate: Estate, content: bytes) -> None:
    reply = await estate.send("POST", "/sheet-imports", content)
    assert problem(reply) == (422, "ledger/sheet-unreadable")
    assert reply.json()["kind"]


async def test_only_the_named_period_is_taken(estate: Estate) -> None:
    answer = await check(estate, sheet(ROW), "?period=2025H2")
    assert [one["kind"] for one in answer["defects"]] == ["date_outside_period"]  # type: ignore[attr-defined]  # JSON
    reply = await estate.send("POST", "/sheet-checks?period=2025", sheet(ROW))
    assert problem(reply) == (404, "ledger/no-such-period")


async def test_thousands_of_lines_are_imported_and_published_at_once(estate: Estate) -> None:
    rows = [f"2026-03-{day % 28 + 1:02d},收入,利息,0.01,,V{day}" for day in range(3000)]
    await estate.open(0)
    answer = await estate.published(*rows)
    assert (answer["entries"], answer["balance_fen"]) == (3000, 3000)
