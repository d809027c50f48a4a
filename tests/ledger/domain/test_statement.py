"""Opening + income − expense = closing, whatever happens."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ledger.domain.entry import Entry, ReasonCode, Reversal, Slot, opening_of, reversal_of
from services.ledger.domain.errors import PeriodUnknown
from services.ledger.domain.money import parse, text_of
from services.ledger.domain.period import half_year_named, months_of_year
from services.ledger.domain.sheet import Bounds, read
from services.ledger.domain.statement import (
    CategoryTotals,
    check_begun,
    month_totals,
    movements_of,
    statement_of,
)
from tests.ledger.builders import BOOKING, ESTATE, expense, income, new_id
from tests.ledger.sheets import lines_of

FIRST_HALF = half_year_named("2026H1")
AMOUNTS = st.integers(min_value=1, max_value=10**12)
DAYS = st.dates(min_value=date(2026, 1, 1), max_value=date(2026, 6, 30))


def opening(amount_fen: int, on: date = date(2026, 1, 1)) -> Entry:
    return opening_of(Slot(ESTATE, new_id(), 1), amount_fen, as_of_on=on, booking=BOOKING)


def bank_of(entries: list[Entry]) -> int:
    return sum(entry.bank_fen for entry in entries)


def mirror_of(entry: Entry, on: date) -> Entry:
    reversal = Reversal(entry.entry_id, ReasonCode.OTHER, "")
    return reversal_of(entry, Slot(ESTATE, new_id(), 9), reversal, booking=BOOKING, on=on)


@st.composite
def histories(draw: st.DrawFn) -> list[Entry]:
    """Any opening, any incomes and expenses, any of them reversed on any later day."""
    entries = [opening(draw(st.integers(min_value=0, max_value=10**12)), draw(DAYS))]
    for make in draw(st.lists(st.sampled_from([income, expense]), max_size=30)):
        entry = make(draw(AMOUNTS), draw(DAYS))
        entries.append(entry)
        if draw(st.booleans()):
            entries.append(mirror_of(entry, draw(DAYS)))
    return entries


@given(histories())
def test_any_history_closes_with_what_the_bank_holds(entries: list[Entry]) -> None:
    statement = statement_of(FIRST_HALF, movements_of(entries), before_fen=0)
    assert statement.opening_fen + statement.income_fen - statement.expense_fen == bank_of(entries)
    assert statement.closing_fen == bank_of(entries)


@given(histories())
def test_a_period_opens_with_what_the_one_before_closed_with(entries: list[Entry]) -> None:
    movements = movements_of(entries)
    first = statement_of(FIRST_HALF, movements, before_fen=0)
    second = statement_of(half_year_named("2026H2"), movements, before_fen=bank_of(entries))
    assert second.opening_fen == first.closing_fen == second.closing_fen


@given(histories(), AMOUNTS, st.sampled_from([income, expense]))
def test_a_reversal_restores_the_closing(entries: list[Entry], fen: int, make: type) -> None:
    before = statement_of(FIRST_HALF, movements_of(entries), before_fen=0)
    entry = make(fen, date(2026, 2, 2))
    entries += [entry, mirror_of(entry, date(2026, 6, 30))]
    after = statement_of(FIRST_HALF, movements_of(entries), before_fen=0)
    assert after.closing_fen == before.closing_fen
    assert (after.income_fen, after.expense_fen) == (before.income_fen, before.expense_fen)


@given(histories())
def test_categories_add_up_to_the_totals(entries: list[Entry]) -> None:
    statement = statement_of(FIRST_HALF, movements_of(entries), before_fen=0)
    by_code = {one.category: one.amount_fen for one in statement.categories}
    assert by_code.get("INTEREST", 0) == statement.income_fen
    assert by_code.get("COST_ENERGY", 0) == statement.expense_fen


def test_m6_the_worked_example() -> None:
    entries = [opening(12000000), income(3540050), expense(1215025)]
    statement = statement_of(FIRST_HALF, movements_of(entries), before_fen=0)
    assert text_of(statement.closing_fen) == "143250.25"


def test_a_reversal_in_july_leaves_the_first_half_as_it_was_published() -> None:
    mistake = expense(50000, date(2026, 5, 5))
    entries = [opening(100000), mistake, mirror_of(mistake, date(2026, 7, 20))]
    first = statement_of(FIRST_HALF, movements_of(entries), before_fen=0)
    second = statement_of(
        half_year_named("2026H2"), movements_of(entries), before_fen=first.closing_fen
    )
    assert (first.expense_fen, first.closing_fen) == (50000, 50000)
    assert (second.expense_fen, second.closing_fen) == (-50000, 100000)
    assert second.categories == (CategoryTotals("COST_ENERGY", -50000),)


def test_movements_of_other_years_do_not_count_to_a_year() -> None:
    entries = [opening(0, date(2025, 12, 31)), income(700, date(2025, 12, 31)), income(5)]
    totals = month_totals(months_of_year(2026), movements_of(entries), before_fen=700)
    assert totals[0].opening_fen == 700
    assert totals[-1].closing_fen == 705


@pytest.mark.parametrize(
    ("opened_on", "begun"),
    [(date(2026, 6, 30), True), (date(2026, 7, 1), False), (None, False)],
)
def test_a_period_before_the_ledger_is_unknown(opened_on: date | None, begun: bool) -> None:  # noqa: FBT001 - a table's column
    if begun:
        check_begun(opened_on, last_on=FIRST_HALF.last_on)
    else:
        with pytest.raises(PeriodUnknown):
            check_begun(opened_on, last_on=FIRST_HALF.last_on)


def test_half_a_year_of_an_estate_comes_to_the_published_figures() -> None:
    folder = Path("demo/zijin")
    expected = json.loads((folder / "common_revenue_2026H1.expected.json").read_text())
    header, lines = lines_of(folder / "common_revenue_2026H1.csv", "utf-8")
    reading = read(header, lines, Bounds(date(2026, 7, 10)))
    assert (reading.lines, reading.defects) == (expected["lines"], ())
    entries = [opening(parse(expected["opening"]))]
    for draft in reading.drafts:
        make = income if draft.direction.value == "INCOME" else expense
        entries.append(replace(make(draft.amount_fen), occurred_on=draft.occurred_on))
    statement = statement_of(FIRST_HALF, movements_of(entries), before_fen=0)
    found = {
        "lines": reading.lines,
        "opening": text_of(statement.opening_fen),
        "income": text_of(statement.income_fen),
        "expense": text_of(statement.expense_fen),
        "closing": text_of(statement.closing_fen),
        "months": {
            str(one.month): {
                "income": text_of(one.income_fen),
                "expense": text_of(one.expense_fen),
            }
            for one in statement.months
        },
    }
    assert found == expected
