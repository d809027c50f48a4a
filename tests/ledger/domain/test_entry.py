"""An entry balances or does not exist; a reversal is its mirror."""

from dataclasses import replace
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ledger.domain.authority import Authority, AuthorityKind
from services.ledger.domain.document import document_of
from services.ledger.domain.entry import (
    Booking,
    Entry,
    EntryKind,
    Leg,
    ReasonCode,
    Reversal,
    Slot,
    opening_of,
    reversal_of,
)
from services.ledger.domain.errors import (
    AuthorityDoesNotFit,
    EntryMisformed,
    EntryNotReversible,
    Unbalanced,
)
from services.ledger.domain.money import FEN_MAX
from services.proofs.canonical import canonical, read_canonical
from tests.ledger.builders import BOOKING, COMMITTEE, ESTATE, expense, income, new_id

AMOUNTS = st.integers(min_value=1, max_value=FEN_MAX)
TODAY = date(2026, 8, 1)


def mirrored(entry_kind: str, amount_fen: int) -> tuple[Entry, Entry]:
    entry = income(amount_fen) if entry_kind == "income" else expense(amount_fen)
    slot = Slot(ESTATE, new_id(), 2)
    reversal = Reversal(entry.entry_id, ReasonCode.WRONG_AMOUNT, "金额有误")
    return entry, reversal_of(entry, slot, reversal, booking=BOOKING, on=TODAY)


@given(st.sampled_from(["income", "expense"]), AMOUNTS)
def test_a_reversal_takes_back_every_leg(kind: str, amount_fen: int) -> None:
    entry, mirror = mirrored(kind, amount_fen)
    sums = dict.fromkeys((leg.account for leg in entry.legs), 0)
    for leg in (*entry.legs, *mirror.legs):
        sums[leg.account] += leg.amount_fen
    assert set(sums.values()) == {0}
    assert mirror.occurred_on == TODAY
    assert mirror.authority == entry.authority
    assert mirror.particulars == entry.particulars


def test_income_fills_the_bank_and_expense_empties_it() -> None:
    assert income(3062).legs == (Leg("BANK", 3062), Leg("INTEREST", -3062))
    assert expense(97558).legs == (Leg("BANK", -97558), Leg("COST_ENERGY", 97558))


@pytest.mark.parametrize(
    "legs",
    [
        (),
        (Leg("BANK", 0),),
        (Leg("BANK", 100), Leg("INTEREST", -99)),
        (Leg("BANK", 100), Leg("INTEREST", 100)),
    ],
)
def test_an_unbalanced_entry_cannot_be_built(legs: tuple[Leg, ...]) -> None:
    with pytest.raises(Unbalanced):
        replace(income(100), legs=legs)


@pytest.mark.parametrize(
    "legs",
    [
        (Leg("BANK", 100), Leg("COST_ENERGY", -100)),
        (Leg("BANK", -100), Leg("INTEREST", 100)),
        (Leg("BANK", 0), Leg("INTEREST", 0)),
        (Leg("INTEREST", 100), Leg("DAMAGES", -100)),
        (Leg("BANK", 100), Leg("INTEREST", -120), Leg("DAMAGES", 20)),
        (Leg("BANK", 50), Leg("BANK", 50), Leg("INTEREST", -100)),
    ],
)
def test_income_with_legs_of_something_else_cannot_be_built(legs: tuple[Leg, ...]) -> None:
    with pytest.raises(EntryMisformed):
        replace(income(100), legs=legs)


def test_an_entry_may_have_more_than_two_legs() -> None:
    legs = (Leg("BANK", 100), Leg("INTEREST", -60), Leg("DAMAGES", -40))
    assert replace(income(100), legs=legs).amount_fen == 100


def test_an_account_outside_the_chart_cannot_be_named() -> None:
    with pytest.raises(EntryMisformed):
        Leg("SERVICE_CHARGE", 100)


def test_an_amount_beyond_the_bounds_cannot_be_booked() -> None:
    with pytest.raises(EntryMisformed):
        Leg("BANK", FEN_MAX + 1)


def test_an_expense_without_an_authority_cannot_be_built() -> None:
    with pytest.raises(EntryMisformed):
        expense(100, authority=None)


def test_an_expense_cannot_rest_on_what_does_not_cover_it() -> None:
    with pytest.raises(AuthorityDoesNotFit):
        expense(100, category="COST_ENERGY", authority=COMMITTEE)


def test_income_has_no_authority() -> None:
    with pytest.raises(EntryMisformed):
        replace(income(100), authority=Authority(AuthorityKind.AUDIT))


def test_an_entry_needs_a_number_and_an_aware_instant() -> None:
    with pytest.raises(EntryMisformed):
        replace(income(100), number=0)
    naive = datetime(2026, 1, 1)  # noqa: DTZ001 - the naive one is the point
    with pytest.raises(EntryMisformed):
        replace(income(100), booking=Booking(naive, "manager"))


def test_only_a_reversal_names_what_it_reverses() -> None:
    with pytest.raises(EntryMisformed):
        replace(income(100), kind=EntryKind.REVERSAL)


def test_an_opening_may_be_zero_and_not_negative() -> None:
    slot = Slot(ESTATE, new_id(), 1)
    assert opening_of(slot, 0, as_of_on=TODAY, booking=BOOKING).amount_fen == 0
    with pytest.raises(EntryMisformed):
        opening_of(slot, -1, as_of_on=TODAY, booking=BOOKING)


def test_openings_and_reversals_are_not_reversed() -> None:
    opening = opening_of(Slot(ESTATE, new_id(), 1), 100, as_of_on=TODAY, booking=BOOKING)
    _, mirror = mirrored("income", 100)
    for entry in (opening, mirror):
        reversal = Reversal(entry.entry_id, ReasonCode.OTHER, "")
        with pytest.raises(EntryNotReversible):
            reversal_of(entry, Slot(ESTATE, new_id(), 3), reversal, booking=BOOKING, on=TODAY)


def test_an_entrys_document_has_one_canonical_form_and_says_nothing_of_who_booked_it() -> None:
    entry = expense(97558)
    content = canonical(document_of(entry))
    assert read_canonical(content) == document_of(entry)
    assert b"manager" not in content
    assert b'"booked_at":"2026-07-10T01:02:03.000000Z"' in content


@given(AMOUNTS, AMOUNTS)
def test_different_entries_have_different_documents(one: int, other: int) -> None:
    first = expense(one)
    second = replace(first, legs=expense(other).legs)
    assert (canonical(document_of(first)) == canonical(document_of(second))) == (one == other)
