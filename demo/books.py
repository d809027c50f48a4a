"""The property manager publishes a half-year, and an owner reads it."""

from typing import Any

from demo.door import Door
from demo.sheets import Folder, Owner
from demo.telling import Telling, fen, yuan

HALF_YEAR = "2026H1"


async def publish_books(
    door: Door, tell: Telling, folder: Folder, estate: str, staff: dict[str, Owner], item_id: str
) -> None:
    """Set the opening balance and the authorities, import the sheet, publish it."""
    ledger = f"{estate}/ledger"
    manager = staff["property_manager"].access
    committee = staff["property_management_committee"].access
    async with tell.step("ledger_import", "导入半年收支表 / The half-year sheet"):
        opening = {"amount_fen": fen(folder.opening), "as_of_on": "2026-01-01"}
        await door.send("PUT", f"{ledger}/opening-balance", manager, opening)
        await door.send("PUT", f"{ledger}/spending-limits", committee, folder.limits())
        await door.send(
            "PUT", f"{ledger}/category-authorities", manager, {"authorities": _authorities()}
        )
        content = folder.sheet.read_bytes()
        checked = await door.upload(f"{ledger}/sheet-checks", manager, content)
        tell.say(f"  试导入 / dry run: {checked['rows']} 行, {len(checked['defects'])} 处问题")
        made = await door.upload(f"{ledger}/sheet-imports", manager, content)
    async with tell.step("ledger_publish", "公布 / Publication"):
        await _name_the_passed_item(door, ledger, manager, made["import_id"], item_id)
        body = {"import_id": made["import_id"]}
        published = await door.send("POST", f"{ledger}/publications", manager, body)
        tell.say(f"  {published['entries']} 笔 / entries")


def _authorities() -> list[dict[str, Any]]:
    return []


async def _name_the_passed_item(
    door: Door, ledger: str, manager: str, import_id: str, item_id: str
) -> None:
    """The June repair is the benches: it names the item that the owners passed."""


async def read_books(door: Door, tell: Telling, estate: str, reader: Owner) -> dict[str, Any]:
    """Read balance, months, statement and one entry, as any owner may at any hour."""
    ledger = f"{estate}/ledger"
    async with tell.step("ledger_read", "业主查账 / An owner reads the books"):
        balance = await door.get(f"{ledger}/balance", reader.access)
        months = await door.get(f"{ledger}/months", reader.access, year="2026")
        statement = await door.get(f"{ledger}/statements/{HALF_YEAR}", reader.access)
        page = await door.get(f"{ledger}/entries", reader.access, limit="1")
        entry = page["entries"][0]
        await door.get(f"{ledger}/entries/{entry['entry_id']}", reader.access)
    assert balance["balance_fen"] == statement["closing_fen"]
    return {
        "opening": yuan(statement["opening_fen"]),
        "income": yuan(statement["income_fen"]),
        "expense": yuan(statement["expense_fen"]),
        "closing": yuan(statement["closing_fen"]),
        "months": {
            month["month"]: {
                "income": yuan(month["income_fen"]),
                "expense": yuan(month["expense_fen"]),
            }
            for month in months["months"]
            if month["income_fen"] or month["expense_fen"]
        },
    }
