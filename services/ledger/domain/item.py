"""Spending under a decision of the owners' assembly: the item passed, fits, and has money left."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.ledger.domain.errors import (
    ItemNotPassed,
    ItemOfAnotherKind,
    ItemUndecided,
    ItemWithoutBudget,
    SpendingBeyondBudget,
)


class ItemState(StrEnum):
    """How an item stands in voting."""

    PASSED = "PASSED"
    NOT_PASSED = "NOT_PASSED"
    UNDECIDED = "UNDECIDED"


@dataclass(frozen=True)
class Item:
    """One question that the owners were asked, as voting tells it."""

    item_id: str
    kind: str
    state: ItemState
    budget_fen: int | None
    decided_at: datetime | None = None


REVENUE_USE = "COMMON_REVENUE_USE"
_COMMITTEE_CATEGORIES = frozenset(
    {"COMMITTEE_OPERATION", "COMMITTEE_ALLOWANCE", "COMMITTEE_STAFF", "ASSEMBLY_MEETINGS"}
)
KINDS: Mapping[str, frozenset[str] | None] = {
    REVENUE_USE: None,
    "COMMITTEE_EXPENSES": _COMMITTEE_CATEGORIES,
}
"""Item kinds that allow spending common revenue, and for which categories (None: all).

HZ 16(10) is the use of common revenue, HZ 16(9) the rules of the committee's running costs. Using
the maintenance fund (HZ 16(5)) is another account, and passing it spends nothing here.
"""


def check_covers(item: Item, category: str, **facts: object) -> int:
    """Return the budget of an item that may cover an expense of `category`.

    Raises:
        ItemUndecided: the votes are not counted yet.
        ItemNotPassed: the owners said no.
        ItemOfAnotherKind: they said yes to something else.
        ItemWithoutBudget: they named no amount.
    """
    facts = {"item_id": item.item_id, "kind": item.kind, "category": category} | facts
    if item.state is ItemState.UNDECIDED:
        raise ItemUndecided("该事项尚未表决完毕。", "The item is not decided yet.", **facts)
    if item.state is ItemState.NOT_PASSED:
        raise ItemNotPassed("该事项未获通过。", "The item did not pass.", **facts)
    if item.kind not in KINDS or category not in (KINDS[item.kind] or {category}):
        raise ItemOfAnotherKind(
            "该事项不是使用共有收入的决定。",
            "The item is no decision to use common revenue for this.",
            **facts,
        )
    if item.budget_fen is None:
        raise ItemWithoutBudget("该事项未载明金额。", "The item names no amount.", **facts)
    return item.budget_fen


def spent_with(spent_fen: int, amount_fen: int, *, budget_fen: int, **facts: object) -> int:
    """Return what is spent under an item after one more expense of `amount_fen`.

    Raises:
        SpendingBeyondBudget: less than that is left.
    """
    if spent_fen + amount_fen > budget_fen:
        raise SpendingBeyondBudget(
            "超出业主共同决定的金额，须另行表决。",
            "More than the owners decided; a further decision is needed.",
            budget_fen=budget_fen,
            left_fen=budget_fen - spent_fen,
            amount_fen=amount_fen,
            **facts,
        )
    return spent_fen + amount_fen
