"""The property manager publishes a half-year, and an owner reads it."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from demo.door import Door
from demo.sheets import Folder, Owner
from demo.telling import Telling, fen, yuan

HALF_YEAR = "2026H1"
COSTS = ("COST_TAXES", "COST_LABOUR", "COST_ENERGY", "COST_MANAGER_SHARE")
# 议事规则 of the story: repairs without a vote, so many and so much in a half-year.
AUTHORITIES: tuple[dict[str, str], ...] = (
    *(
        {"category": code, "kind": "COST_OF_INCOME", "contract_reference": "HT-2026-001"}
        for code in COSTS
    ),
    {"category": "COMMITTEE_OPERATION", "kind": "COMMITTEE_COSTS"},
    {"category": "COMMITTEE_ALLOWANCE", "kind": "COMMITTEE_COSTS"},
    {"category": "COMMITTEE_STAFF", "kind": "COMMITTEE_COSTS"},
    {"category": "ASSEMBLY_MEETINGS", "kind": "COMMITTEE_COSTS"},
    {"category": "AUDIT_FEES", "kind": "AUDIT"},
    {"category": "FUND_REPLENISHMENT", "kind": "FUND_REPLENISHMENT"},
    {"category": "REPAIR_RENEWAL", "kind": "RULES_LIMIT"},
    {"category": "OTHER_DECIDED", "kind": "RULES_LIMIT"},
)


@dataclass(frozen=True)
class Books:
    """The ledger of one estate, and who works on it."""

    door: Door
    tell: Telling
    folder: Folder
    path: str
    manager: Owner
    committee: Owner

    async def publish(self, *, benches: str, decided_on: date) -> None:
        """Set the opening balance and the authorities, import the sheet, publish it.

        The last repair after the decision is the benches: it names the item that passed.
        """
        door, manager = self.door, self.manager.access
        content = self.folder.sheet.read_bytes()
        async with self.tell.step("ledger_import", "导入半年收支表 / The half-year sheet"):
            opening = {"amount_fen": fen(self.folder.opening), "as_of_on": "2026-01-01"}
            await door.send("PUT", f"{self.path}/opening-balance", manager, opening)
            limits = self.folder.limits()
            await door.send("PUT", f"{self.path}/spending-limits", self.committee.access, limits)
            authorities = {"authorities": AUTHORITIES}
            await door.send("PUT", f"{self.path}/category-authorities", manager, authorities)
            checked = await door.upload(f"{self.path}/sheet-checks", manager, content)
            self.tell.say(f"  试导入 {checked['rows']} 行，{len(checked['defects'])} 处问题")
            made = await door.upload(f"{self.path}/sheet-imports", manager, content)
        async with self.tell.step("ledger_publish", "公布 / Publication"):
            await self._name_the_item(made["import_id"], benches, decided_on)
            body = {"import_id": made["import_id"]}
            done = await door.send("POST", f"{self.path}/publications", manager, body)
            balance = yuan(done["balance_fen"])
            self.tell.say(f"  公布 {done['entries']} 笔，余额 / balance {balance}")
            statement = f"{self.path}/statements/{HALF_YEAR}/publications"
            await door.send("POST", statement, manager)

    async def _name_the_item(self, import_id: str, item_id: str, decided_on: date) -> None:
        token = self.manager.access
        found = await self.door.get(f"{self.path}/drafts", token, import_id=import_id)
        later = [
            draft
            for draft in found["drafts"]
            if draft["category"] == "REPAIR_RENEWAL"
            and draft["occurred_on"] >= decided_on.isoformat()
        ]
        if later:
            path = f"{self.path}/drafts/{later[-1]['draft_id']}/authority"
            body = {"kind": "PASSED_ITEM", "item_id": item_id}
            await self.door.send("PUT", path, token, body)

    async def read(self, reader: Owner) -> dict[str, Any]:
        """Read balance, months, statement and one entry, as any owner may at any hour."""
        token = reader.access
        async with self.tell.step("ledger_read", "业主查账 / An owner reads the books"):
            balance = await self.door.get(f"{self.path}/balance", token)
            year = await self.door.get(f"{self.path}/months", token, year="2026")
            statement = await self.door.get(f"{self.path}/statements/{HALF_YEAR}", token)
            page = await self.door.get(f"{self.path}/entries", token, limit="1")
            newest = page["entries"][0]["entry_id"]
            entry = await self.door.get(f"{self.path}/entries/{newest}", token)
        assert balance["balance_fen"] == statement["closing_fen"]
        months = [one for one in year["months"] if one["income_fen"] or one["expense_fen"]]
        rows = [(one["month"], yuan(one["income_fen"]), yuan(one["expense_fen"])) for one in months]
        self.tell.table(("月 / month", "收入 / income", "支出 / expense"), rows)
        self.tell.say(f"  一笔 / one entry: {_told(entry)}")
        return {
            "opening": yuan(statement["opening_fen"]),
            "income": yuan(statement["income_fen"]),
            "expense": yuan(statement["expense_fen"]),
            "closing": yuan(statement["closing_fen"]),
            "months": {
                month: {"income": income, "expense": expense} for month, income, expense in rows
            },
        }


def _told(entry: dict[str, Any]) -> str:
    entry = entry | {"amount": yuan(entry["amount_fen"])}
    kept = ("occurred_on", "category_zh", "amount", "counterparty", "voucher_number")
    return ", ".join(str(entry[name]) for name in kept if entry.get(name) is not None)
