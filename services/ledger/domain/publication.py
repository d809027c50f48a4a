"""Turning drafts into entries: all of them or none, each expense covered by what allows it.

What the rules of procedure allow and what is left of a decision are counted against everything
that is published already, so the caller holds the estate's head locked from reading `Books` until
the entries are stored; otherwise two publications could spend the same fen.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from services.ledger.domain import item as items
from services.ledger.domain.authority import ARTICLES, Authority, AuthorityKind, check_fits
from services.ledger.domain.chart import Direction
from services.ledger.domain.draft import KeptDraft, Voucher
from services.ledger.domain.entry import Booking, Entry, EntryKind, simple_legs
from services.ledger.domain.errors import (
    DatedBeforeOpening,
    DraftsChanged,
    OpeningBalanceMissing,
    SpendingLimitsMissing,
    SpendingWithoutAuthority,
    VoucherAlreadyPublished,
)
from services.ledger.domain.item import Item
from services.ledger.domain.limits import SpendingLimits, Uses
from services.ledger.domain.period import HalfYear, half_year_of


@dataclass(frozen=True)
class Books:
    """What is published and decided, as far as it binds what is published next."""

    last_number: int
    opened_on: date | None
    limits: SpendingLimits | None = None
    uses: Mapping[HalfYear, Uses] = field(default_factory=dict)
    items: Mapping[str, Item] = field(default_factory=dict)
    spent_by_item: Mapping[str, int] = field(default_factory=dict)
    defaults: Mapping[str, Authority] = field(default_factory=dict)
    booked: Mapping[Voucher, int] = field(default_factory=dict)


def authority_for(kept: KeptDraft, defaults: Mapping[str, Authority]) -> Authority | None:
    """Return what a draft rests on: its own authority, else its category's."""
    if kept.draft.direction is Direction.INCOME:
        return None
    return kept.draft.authority or defaults.get(kept.draft.category)


def items_named(drafts: Iterable[KeptDraft], defaults: Mapping[str, Authority]) -> frozenset[str]:
    """Return the items that voting must be asked about before the drafts can be published."""
    named = (authority_for(kept, defaults) for kept in drafts)
    return frozenset(one.item_id for one in named if one is not None and one.item_id is not None)


def publish(
    estate_id: str, drafts: Sequence[KeptDraft], books: Books, booking: Booking
) -> tuple[Entry, ...]:
    """Return the entries that `drafts` become, in the order of their days, or refuse them all.

    Raises:
        OpeningBalanceMissing: there is nothing yet to add to.
        DatedBeforeOpening: a draft is part of the opening balance already.
        VoucherAlreadyPublished: a voucher was published since the import.
        SpendingWithoutAuthority: expenses name no authority (HZ 16(10)).
        AuthorityDoesNotFit: a category's default does not fit a draft.
        SpendingLimitsMissing: no limits are set that an expense could rest on.
        SpendingBeyondLimits: the count or an amount of the rules of procedure is exceeded.
        SpendingBeyondBudget: a decision's amount is exceeded.
        DraftsChanged: an item appeared that voting was not asked about.
        ItemUndecided: see `item.check_covers`, as for the other refusals of an item.
    """
    ordered = sorted(drafts, key=lambda kept: (kept.draft.occurred_on, kept.draft.line))
    _check_days(ordered, books.opened_on)
    _check_vouchers(ordered, books.booked)
    authorities = [authority_for(kept, books.defaults) for kept in ordered]
    _check_named(ordered, authorities)
    spending = _Spending(books)
    entries = []
    for number, (kept, authority) in enumerate(
        zip(ordered, authorities, strict=True), start=books.last_number + 1
    ):
        if authority is not None:
            spending.add(kept, authority)
        entries.append(_entry(estate_id, number, kept, authority=authority, booking=booking))
    return tuple(entries)


def _check_days(drafts: Sequence[KeptDraft], opened_on: date | None) -> None:
    if opened_on is None:
        raise OpeningBalanceMissing(
            "请先登记期初结余。", "State the opening balance first; it may be zero."
        )
    early = [kept.draft.line for kept in drafts if kept.draft.occurred_on < opened_on]
    if early:
        raise DatedBeforeOpening(
            "有收支早于期初结余日，已包含在期初结余中。",
            "Some lines are older than the opening balance, which contains them.",
            lines=early,
            opened_on=opened_on.isoformat(),
        )


def _check_vouchers(drafts: Sequence[KeptDraft], booked: Mapping[Voucher, int]) -> None:
    taken = [
        {"line": kept.draft.line, "same_as_entry": booked[kept.draft.voucher]}
        for kept in drafts
        if kept.draft.voucher is not None and kept.draft.voucher in booked
    ]
    if taken:
        raise VoucherAlreadyPublished(
            "有凭证已公布。", "Some vouchers are published already.", duplicates=taken
        )


def _check_named(drafts: Sequence[KeptDraft], authorities: Sequence[Authority | None]) -> None:
    bare = [
        kept.draft.line
        for kept, authority in zip(drafts, authorities, strict=True)
        if authority is None and kept.draft.direction is Direction.EXPENSE
    ]
    if bare:
        raise SpendingWithoutAuthority(
            "有支出未注明依据。", "Some expenses name no authority.", lines=bare
        )


def _entry(
    estate_id: str, number: int, kept: KeptDraft, *, authority: Authority | None, booking: Booking
) -> Entry:
    draft = kept.draft
    return Entry(
        estate_id=estate_id,
        entry_id=kept.draft_id,
        number=number,
        kind=EntryKind.INCOME if draft.direction is Direction.INCOME else EntryKind.EXPENSE,
        occurred_on=draft.occurred_on,
        legs=simple_legs(draft.category, draft.direction, draft.amount_fen),
        booking=booking,
        particulars=draft.particulars,
        authority=authority,
    )


class _Spending:
    """Counts what the drafts use up, on top of what is published."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self._uses = dict(books.uses)
        self._spent = dict(books.spent_by_item)

    def add(self, kept: KeptDraft, authority: Authority) -> None:
        """Count one expense, or refuse it."""
        facts: dict[str, object] = {
            "line": kept.draft.line,
            "rests_on": ARTICLES[authority.kind],
        }
        check_fits(authority, kept.draft.category, **facts)
        if authority.kind is AuthorityKind.RULES_LIMIT:
            self._use_limits(kept, facts)
        if authority.item_id is not None:
            self._use_item(kept, authority.item_id, facts)

    def _use_limits(self, kept: KeptDraft, facts: dict[str, object]) -> None:
        limits = self._books.limits
        if limits is None:
            raise SpendingLimitsMissing(
                "尚未登记议事规则约定的次数和额度。",
                "The limits of the rules of procedure are not entered.",
                **facts,
            )
        period = half_year_of(kept.draft.occurred_on)
        before = self._uses.get(period, Uses())
        facts |= {"period": str(period)}
        self._uses[period] = before.with_one(kept.draft.amount_fen, limits, **facts)

    def _use_item(self, kept: KeptDraft, item_id: str, facts: dict[str, object]) -> None:
        found = self._books.items.get(item_id)
        if found is None:
            raise DraftsChanged(
                "草稿在核对期间有变动，请重新公布。",
                "The drafts changed while being checked; publish again.",
                **facts,
            )
        budget_fen = items.check_covers(found, kept.draft.category, **facts)
        self._spent[item_id] = items.spent_with(
            self._spent.get(item_id, 0),
            kept.draft.amount_fen,
            budget_fen=budget_fen,
            item_id=item_id,
            **facts,
        )
