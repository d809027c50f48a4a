"""The books read again from documents alone, judged by the ledger that wrote them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as some

from services.ledger.domain.authority import Authority, AuthorityKind
from services.ledger.domain.chart import INCOME
from services.ledger.domain.document import document_bytes
from services.ledger.domain.entry import Entry, ReasonCode, Reversal, Slot, opening_of, reversal_of
from services.ledger.domain.errors import SpendingBeyondLimits
from services.ledger.domain.limits import SpendingLimits, Uses
from services.ledger.domain.period import half_year_named, half_year_of, month_named, month_of
from services.ledger.domain.statement import month_totals, movements_of, statement_of
from services.proofs.books import Books, BooksWrong
from services.proofs.books import half_year_of as half_year_of_month
from services.proofs.entry import BookedEntry, Leg, NotAnEntry, read_entry
from services.proofs.half_year import Limits
from services.proofs.spending import BeyondLimits, Spending
from tests.ledger.builders import BOOKED_AT, BOOKING, ESTATE, expense, income, new_id

AMOUNTS = some.integers(1, 10**12)
DAYS = some.dates(date(2025, 11, 1), date(2027, 2, 28))
OPENED_ON = date(2025, 12, 9)
INCOMES = [account.code for account in INCOME]
WITHIN_LIMITS = Authority(AuthorityKind.RULES_LIMIT)


@some.composite
def histories(draw: some.DrawFn, amounts: some.SearchStrategy[int] = AMOUNTS) -> list[Entry]:
    """An opening balance, any incomes and expenses after it, and reversals of some of them."""
    slot = Slot(ESTATE, new_id(), 1)
    opening_fen = draw(some.integers(0, 10**12))
    entries = [opening_of(slot, opening_fen, as_of_on=OPENED_ON, booking=BOOKING)]
    reversible: list[Entry] = []
    days = DAYS.filter(lambda day: day >= OPENED_ON)
    for act in draw(some.lists(some.sampled_from("iieer"), max_size=30)):
        number, on = len(entries) + 1, draw(days)
        if act == "i":
            category = draw(some.sampled_from(INCOMES))
            made = income(draw(amounts), on, number=number, category=category)
        elif act == "e":
            made = expense(
                draw(amounts),
                on,
                number=number,
                category="REPAIR_RENEWAL",
                authority=WITHIN_LIMITS,
            )
        elif reversible:
            original = reversible.pop(draw(some.integers(0, len(reversible) - 1)))
            reversal = Reversal(original.entry_id, ReasonCode.OTHER, "")
            slot = Slot(ESTATE, new_id(), number)
            entries.append(reversal_of(original, slot, reversal, booking=BOOKING, on=on))
            continue
        else:
            continue
        entries.append(made)
        reversible.append(made)
    return entries


def books_of(entries: list[Entry]) -> Books:
    return added([read_entry(document_bytes(entry)) for entry in entries])


def added(entries: Sequence[BookedEntry]) -> Books:
    books = Books()
    for entry in entries:
        books.add(entry)
    return books


@given(histories())
def test_the_balance_and_every_month_are_those_of_the_ledger(entries: list[Entry]) -> None:
    books = books_of(entries)
    assert books.balance_fen == sum(entry.bank_fen for entry in entries)
    months = books.months()
    totals = month_totals(
        [month_named(one.month) for one in months], movements_of(entries), before_fen=0
    )
    assert [
        (str(one.month), one.opening_fen, one.income_fen, one.expense_fen, one.closing_fen)
        for one in totals
    ] == [
        (one.month, one.opening_fen, one.income_fen, one.expense_fen, one.closing_fen)
        for one in months
    ]
    assert months[-1].closing_fen == books.balance_fen


@given(histories(), some.sampled_from(["2025H1", "2025H2", "2026H1", "2026H2", "2027H1"]))
def test_a_half_year_is_that_of_the_ledger(entries: list[Entry], period: str) -> None:
    half_year = half_year_named(period)
    before_fen = sum(one.bank_fen for one in entries if one.occurred_on < half_year.first_on)
    theirs = statement_of(half_year, movements_of(entries), before_fen=before_fen)
    ours = books_of(entries).half_year(period)
    assert (ours.opening_fen, ours.income_fen, ours.expense_fen, ours.closing_fen) == (
        theirs.opening_fen,
        theirs.income_fen,
        theirs.expense_fen,
        theirs.closing_fen,
    )
    assert ours.by_category == {one.category: one.amount_fen for one in theirs.categories}
    assert [one.closing_fen for one in ours.months] == [one.closing_fen for one in theirs.months]


@given(histories(some.integers(1, 9)), some.tuples(*[some.integers(0, 30)] * 3))
def test_an_expense_beyond_the_limits_is_found_where_the_ledger_refuses_it(
    entries: list[Entry], limits: tuple[int, int, int]
) -> None:
    uses_max, each, total = limits[0], min(limits[1:]), max(limits[1:])
    spending = Spending()
    spending.set(Limits(ESTATE, 1, uses_max, each, total, BOOKED_AT, "00" * 32))
    books = Books()
    allowed = SpendingLimits(uses_max, each, total)
    standing: dict[str, Entry] = {}
    for entry in entries:
        read = read_entry(document_bytes(entry))
        refused = entry.kind.value == "EXPENSE" and not _fits(entry, standing, allowed)
        taken_back = books.add(read)
        if refused:
            with pytest.raises(BeyondLimits):
                spending.add(read, taken_back)
            return
        spending.add(read, taken_back)
        standing[entry.entry_id] = entry
        if entry.reverses is not None:
            del standing[entry.reverses.entry_id]


def _fits(entry: Entry, standing: dict[str, Entry], limits: SpendingLimits) -> bool:
    uses: dict[object, Uses] = defaultdict(Uses)
    for one in standing.values():
        if one.kind.value == "EXPENSE":
            before = uses[half_year_of(one.occurred_on)]
            uses[half_year_of(one.occurred_on)] = Uses(
                before.count + 1, before.total_fen + one.amount_fen
            )
    try:
        uses[half_year_of(entry.occurred_on)].with_one(entry.amount_fen, limits)
    except SpendingBeyondLimits:
        return False
    return True


@given(some.dates(date(2000, 1, 1), date(2100, 12, 31)))
def test_a_month_falls_into_the_same_half_year(day: date) -> None:
    assert half_year_of_month(str(month_of(day))) == str(half_year_of(day))


@given(histories().filter(lambda entries: len(entries) > 1), some.data())
def test_no_history_with_an_entry_gone_or_moved_is_in_order(
    entries: list[Entry], drawn: some.DataObject
) -> None:
    read = [read_entry(document_bytes(entry)) for entry in entries]
    gone = drawn.draw(some.integers(0, len(read) - 2))
    for changed in (
        read[:gone] + read[gone + 1 :],
        [*read[:gone], read[gone + 1], read[gone], *read[gone + 2 :]],
        [*read, read[gone]],
    ):
        with pytest.raises(BooksWrong):
            added(changed)


def test_a_reversal_changes_nothing_but_the_sign() -> None:
    entries = [opening_of(Slot(ESTATE, new_id(), 1), 5, as_of_on=OPENED_ON, booking=BOOKING)]
    entries.append(income(100, OPENED_ON, number=2))
    reversal = Reversal(entries[1].entry_id, ReasonCode.OTHER, "")
    slot = Slot(ESTATE, new_id(), 3)
    entries.append(reversal_of(entries[1], slot, reversal, booking=BOOKING, on=OPENED_ON))
    *before, last = (read_entry(document_bytes(entry)) for entry in entries)
    for false in (
        replace(last, legs=(Leg("BANK", -99), Leg("INTEREST", 99))),
        replace(last, legs=last.legs[::-1]),
        replace(last, legs=(*last.legs, Leg("INTEREST", 0))),
        replace(last, reverses=before[0].entry_id),
    ):
        with pytest.raises(BooksWrong):
            added([*before, false])


@given(some.binary(max_size=60))
def test_any_bytes_are_no_entry(content: bytes) -> None:
    with pytest.raises(NotAnEntry):
        read_entry(content)
