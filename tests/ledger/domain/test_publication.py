"""Each expense is covered by what allows it, or nothing is published."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ledger.domain import errors
from services.ledger.domain.authority import Authority, AuthorityKind
from services.ledger.domain.draft import KeptDraft, Voucher
from services.ledger.domain.entry import Entry
from services.ledger.domain.item import Item, ItemState
from services.ledger.domain.limits import SpendingLimits, Uses
from services.ledger.domain.period import HalfYear
from services.ledger.domain.publication import Books, items_named, publish
from tests.ledger.builders import (
    BOOKING,
    COMMITTEE,
    CONTRACT,
    ESTATE,
    REPLENISHMENT,
    WITHIN_LIMITS,
    new_id,
    passed_item,
    receiving,
    spending,
)

OPENED = date(2026, 1, 1)
FIRST_HALF, SECOND_HALF = HalfYear(2026, 1), HalfYear(2026, 2)
LIMITS = SpendingLimits(uses_max=3, amount_each_max_fen=50000, amount_total_max_fen=100000)
ITEM_ID = new_id()


def item(state: ItemState = ItemState.PASSED, **changed: object) -> Item:
    told: dict[str, object] = {"kind": "COMMON_REVENUE_USE", "budget_fen": 100000} | changed
    return Item(item_id=ITEM_ID, state=state, **told)  # type: ignore[arg-type]  # a test's own table


def books(**known: object) -> Books:
    return Books(**({"last_number": 7, "opened_on": OPENED} | known))  # type: ignore[arg-type]  # likewise


def published(*drafts: KeptDraft, **known: object) -> tuple[Entry, ...]:
    return publish(ESTATE, drafts, books(**known), BOOKING)


def test_entries_are_numbered_on_in_the_order_of_their_days() -> None:
    late, early = receiving(1, date(2026, 3, 2), line=2), receiving(2, date(2026, 3, 1), line=3)
    same_day = receiving(3, date(2026, 3, 1), line=4)
    entries = published(late, early, same_day)
    assert [(one.number, one.amount_fen) for one in entries] == [(8, 2), (9, 3), (10, 1)]
    assert entries[0].entry_id == early.draft_id


def test_nothing_is_published_before_the_opening_balance_is_stated() -> None:
    with pytest.raises(errors.OpeningBalanceMissing):
        published(receiving(1), opened_on=None)


def test_what_the_opening_balance_contains_is_not_booked_again() -> None:
    on_the_day, before = receiving(1, OPENED), receiving(1, date(2025, 12, 31), line=9)
    assert len(published(on_the_day)) == 1
    with pytest.raises(errors.DatedBeforeOpening) as refused:
        published(on_the_day, before)
    assert refused.value.facts["lines"] == [9]


def test_a_voucher_that_was_published_meanwhile_is_refused() -> None:
    with pytest.raises(errors.VoucherAlreadyPublished) as refused:
        published(receiving(1, line=5), booked={Voucher(2026, "S0005"): 3})
    assert refused.value.facts["duplicates"] == [{"line": 5, "same_as_entry": 3}]


def test_expenses_without_authority_are_refused_all_at_once() -> None:
    with pytest.raises(errors.SpendingWithoutAuthority) as refused:
        published(spending(1, line=2), receiving(1, line=3), spending(1, line=4))
    assert refused.value.facts["lines"] == [2, 4]


@pytest.mark.parametrize(
    ("category", "authority"),
    [
        ("COST_LABOUR", CONTRACT),
        ("COMMITTEE_OPERATION", COMMITTEE),
        ("COMMITTEE_ALLOWANCE", COMMITTEE),
        ("AUDIT_FEES", Authority(AuthorityKind.AUDIT)),
        ("FUND_REPLENISHMENT", REPLENISHMENT),
    ],
)
def test_what_the_law_allows_needs_no_vote(category: str, authority: Authority) -> None:
    (entry,) = published(spending(10**9, category=category), defaults={category: authority})
    assert entry.authority == authority


def test_a_drafts_own_authority_goes_before_its_categorys() -> None:
    (entry,) = published(
        spending(1, category="COST_LABOUR", authority=CONTRACT),
        defaults={"COST_LABOUR": Authority(AuthorityKind.COST_OF_INCOME, contract_reference="X")},
    )
    assert entry.authority == CONTRACT


@pytest.mark.parametrize(
    ("category", "authority"),
    [
        ("REPAIR_RENEWAL", CONTRACT),
        ("REPAIR_RENEWAL", REPLENISHMENT),
        ("COST_ENERGY", WITHIN_LIMITS),
        ("FUND_REPLENISHMENT", COMMITTEE),
        ("AUDIT_FEES", COMMITTEE),
    ],
)
def test_an_authority_covers_only_what_it_is_about(category: str, authority: Authority) -> None:
    with pytest.raises(errors.AuthorityDoesNotFit):
        published(spending(1, category=category, authority=authority), limits=LIMITS)


def test_use_within_the_rules_needs_room_in_their_count() -> None:
    small = [spending(1, line=line, authority=WITHIN_LIMITS) for line in (2, 3, 4, 5)]
    assert len(published(*small[:3], limits=LIMITS)) == 3
    with pytest.raises(errors.SpendingBeyondLimits) as refused:
        published(*small, limits=LIMITS)
    assert (refused.value.facts["limit"], refused.value.facts["line"]) == ("uses_max", 5)


@pytest.mark.parametrize(
    ("amounts", "limit"),
    [
        ([50000], None),
        ([50001], "amount_each_max_fen"),
        ([50000, 50000], None),
        ([50000, 49999, 2], "amount_total_max_fen"),
    ],
)
def test_the_amounts_of_the_rules_are_limits_to_the_fen(
    amounts: list[int], limit: str | None
) -> None:
    drafts = [
        spending(fen, line=line, authority=WITHIN_LIMITS) for line, fen in enumerate(amounts, 2)
    ]
    if limit is None:
        assert len(published(*drafts, limits=LIMITS)) == len(amounts)
        return
    with pytest.raises(errors.SpendingBeyondLimits) as refused:
        published(*drafts, limits=LIMITS)
    assert refused.value.facts["limit"] == limit
    assert refused.value.facts["rests_on"] == "HZ 16(10)"


def test_limits_count_what_is_published_already_in_the_same_half_year() -> None:
    draft = spending(50000, date(2026, 6, 30), authority=WITHIN_LIMITS)
    spent = {FIRST_HALF: Uses(2, 50001), SECOND_HALF: Uses(0, 0)}
    with pytest.raises(errors.SpendingBeyondLimits):
        published(draft, limits=LIMITS, uses=spent)
    following = spending(50000, date(2026, 7, 1), authority=WITHIN_LIMITS)
    assert len(published(following, limits=LIMITS, uses=spent)) == 1


def test_without_limits_nothing_can_rest_on_them() -> None:
    with pytest.raises(errors.SpendingLimitsMissing):
        published(spending(1, authority=WITHIN_LIMITS))


def test_limits_that_contradict_each_other_are_refused() -> None:
    for uses, each, total in ((-1, 1, 1), (1, -1, 1), (1, 2, 1), (1, 1, 10**16)):
        with pytest.raises(errors.LimitsUnreasonable):
            SpendingLimits(uses, each, total)


def test_a_passed_item_covers_its_budget_to_the_fen() -> None:
    known = {"items": {ITEM_ID: item()}, "spent_by_item": {ITEM_ID: 60000}}
    exact = spending(40000, authority=passed_item(ITEM_ID))
    assert len(published(exact, **known)) == 1
    with pytest.raises(errors.SpendingBeyondBudget) as refused:
        published(exact, spending(1, line=3, authority=passed_item(ITEM_ID)), **known)
    assert (refused.value.facts["left_fen"], refused.value.facts["line"]) == (0, 3)


@given(st.lists(st.integers(min_value=1, max_value=60000), max_size=6))
def test_no_more_than_the_budget_is_ever_published(amounts: list[int]) -> None:
    drafts = [
        spending(fen, line=line, authority=passed_item(ITEM_ID))
        for line, fen in enumerate(amounts, start=2)
    ]
    try:
        entries = published(*drafts, items={ITEM_ID: item()})
    except errors.SpendingBeyondBudget:
        assert sum(amounts) > 100000
    else:
        assert sum(one.amount_fen for one in entries) == sum(amounts) <= 100000


@pytest.mark.parametrize(
    ("told", "refusal"),
    [
        (item(ItemState.UNDECIDED), errors.ItemUndecided),
        (item(ItemState.NOT_PASSED), errors.ItemNotPassed),
        (item(kind="FUND_USE"), errors.ItemOfAnotherKind),
        (item(kind="COMMON_PART_USE"), errors.ItemOfAnotherKind),
        (item(kind="COMMITTEE_EXPENSES"), errors.ItemOfAnotherKind),
        (item(budget_fen=None), errors.ItemWithoutBudget),
    ],
)
def test_only_a_passed_decision_to_use_the_revenue_covers(
    told: Item, refusal: type[errors.Refusal]
) -> None:
    with pytest.raises(refusal):
        published(spending(1, authority=passed_item(ITEM_ID)), items={ITEM_ID: told})


def test_the_decided_running_costs_cover_the_committee_only() -> None:
    costs = item(kind="COMMITTEE_EXPENSES")
    draft = spending(1, category="COMMITTEE_OPERATION", authority=passed_item(ITEM_ID))
    assert len(published(draft, items={ITEM_ID: costs})) == 1


def test_an_item_that_was_not_asked_about_is_not_believed() -> None:
    with pytest.raises(errors.DraftsChanged):
        published(spending(1, authority=passed_item(ITEM_ID)))


def test_the_items_to_ask_about_are_those_that_drafts_rest_on() -> None:
    other = new_id()
    drafts = [
        spending(1, authority=passed_item(ITEM_ID)),
        spending(1, category="OTHER_DECIDED"),
        receiving(1),
    ]
    assert items_named(drafts, {"OTHER_DECIDED": passed_item(other)}) == {ITEM_ID, other}


@pytest.mark.parametrize(
    "broken",
    [
        {"kind": AuthorityKind.COST_OF_INCOME},
        {"kind": AuthorityKind.PASSED_ITEM},
        {"kind": AuthorityKind.PASSED_ITEM, "item_id": "third"},
        {"kind": AuthorityKind.AUDIT, "item_id": ITEM_ID},
    ],
)
def test_an_incomplete_authority_cannot_be_built(broken: dict[str, object]) -> None:
    with pytest.raises(errors.AuthorityIncomplete):
        Authority(**broken)  # type: ignore[arg-type]  # broken on purpose
