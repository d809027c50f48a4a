"""Entries and drafts for the tests, with everything that a test does not care about filled in."""

import uuid
from datetime import UTC, date, datetime

from services.ledger.domain.authority import Authority, AuthorityKind
from services.ledger.domain.chart import Direction
from services.ledger.domain.draft import Draft, KeptDraft
from services.ledger.domain.entry import (
    Booking,
    Entry,
    EntryKind,
    Particulars,
    simple_legs,
)

ESTATE = "8d3f5a50-6f3e-4f6e-9a35-0d5f1b0c1a01"
BOOKED_AT = datetime(2026, 7, 10, 1, 2, 3, tzinfo=UTC)
BOOKING = Booking(BOOKED_AT, "manager")

CONTRACT = Authority(AuthorityKind.COST_OF_INCOME, contract_reference="HT-2026-01")
WITHIN_LIMITS = Authority(AuthorityKind.RULES_LIMIT)
COMMITTEE = Authority(AuthorityKind.COMMITTEE_COSTS)
REPLENISHMENT = Authority(AuthorityKind.FUND_REPLENISHMENT)


def new_id() -> str:
    """Return a fresh identifier."""
    return str(uuid.uuid4())


def passed_item(item_id: str) -> Authority:
    """Return the authority of a passed item."""
    return Authority(AuthorityKind.PASSED_ITEM, item_id=item_id)


def income(
    amount_fen: int, on: date = date(2026, 1, 12), *, number: int = 1, category: str = "INTEREST"
) -> Entry:
    """Return an income entry."""
    return Entry(
        estate_id=ESTATE,
        entry_id=new_id(),
        number=number,
        kind=EntryKind.INCOME,
        occurred_on=on,
        legs=simple_legs(category, Direction.INCOME, amount_fen),
        booking=BOOKING,
    )


def expense(
    amount_fen: int,
    on: date = date(2026, 1, 12),
    *,
    number: int = 1,
    category: str = "COST_ENERGY",
    authority: Authority | None = CONTRACT,
) -> Entry:
    """Return an expense entry."""
    return Entry(
        estate_id=ESTATE,
        entry_id=new_id(),
        number=number,
        kind=EntryKind.EXPENSE,
        occurred_on=on,
        legs=simple_legs(category, Direction.EXPENSE, amount_fen),
        booking=BOOKING,
        authority=authority,
    )


def spending(
    amount_fen: int,
    on: date = date(2026, 3, 1),
    *,
    line: int = 2,
    category: str = "REPAIR_RENEWAL",
    authority: Authority | None = None,
) -> KeptDraft:
    """Return a draft of an expense."""
    draft = Draft(
        line=line,
        direction=Direction.EXPENSE,
        category=category,
        amount_fen=amount_fen,
        occurred_on=on,
        particulars=Particulars(voucher_number=f"Z{line:04d}"),
        authority=authority,
    )
    return KeptDraft(new_id(), "import-1", draft)


def receiving(amount_fen: int, on: date = date(2026, 3, 1), *, line: int = 2) -> KeptDraft:
    """Return a draft of an income."""
    draft = Draft(
        line=line,
        direction=Direction.INCOME,
        category="INTEREST",
        amount_fen=amount_fen,
        occurred_on=on,
        particulars=Particulars(voucher_number=f"S{line:04d}"),
    )
    return KeptDraft(new_id(), "import-1", draft)
