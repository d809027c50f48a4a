"""One published booking: a header and two or more legs that sum to zero; unbuildable otherwise.

Debits are positive, credits negative. An entry has two dates: when it happened and when it was
booked. It is never edited: a mistake is mirrored by `reversal_of`, and the right entry is booked
beside it, so that whoever copied the old line can find out why it went.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import assert_never

from services.ledger.domain.authority import Authority, check_fits
from services.ledger.domain.chart import ACCOUNTS, BANK, OPENING_EQUITY, Direction, Side
from services.ledger.domain.errors import EntryMisformed, EntryNotReversible, Unbalanced
from services.ledger.domain.money import FEN_MAX

LEGS_MIN = 2


class EntryKind(StrEnum):
    """What an entry does."""

    OPENING = "OPENING"
    INCOME = "INCOME"
    EXPENSE = "EXPENSE"
    REVERSAL = "REVERSAL"


class ReasonCode(StrEnum):
    """Why an entry was taken back."""

    WRONG_AMOUNT = "WRONG_AMOUNT"
    WRONG_CATEGORY = "WRONG_CATEGORY"
    WRONG_DATE = "WRONG_DATE"
    WRONG_COUNTERPARTY = "WRONG_COUNTERPARTY"
    BOOKED_TWICE = "BOOKED_TWICE"
    NOT_COMMON_REVENUE = "NOT_COMMON_REVENUE"
    WITHOUT_AUTHORITY = "WITHOUT_AUTHORITY"
    PAYMENT_RETURNED = "PAYMENT_RETURNED"
    OTHER = "OTHER"


@dataclass(frozen=True)
class Particulars:
    """What the voucher says beside date, category and amount."""

    counterparty: str = ""
    voucher_number: str | None = None
    memo: str = ""
    contract_reference: str | None = None


@dataclass(frozen=True)
class Leg:
    """One side of an entry: an account and the fen that it gains (debit) or loses (credit)."""

    account: str
    amount_fen: int

    def __post_init__(self) -> None:
        if self.account not in ACCOUNTS:
            raise EntryMisformed("科目不存在。", "No such account.", account=self.account)
        if abs(self.amount_fen) > FEN_MAX:
            raise EntryMisformed("金额超出范围。", "The amount is out of bounds.")


@dataclass(frozen=True)
class Reversal:
    """Which entry is taken back, and why."""

    entry_id: str
    reason_code: ReasonCode
    reason: str


@dataclass(frozen=True)
class Booking:
    """When, by whom (a pseudonym of this service) and from which import an entry was booked."""

    booked_at: datetime
    booked_by: str
    import_id: str | None = None


@dataclass(frozen=True)
class Entry:
    """One entry of an estate's ledger; `number` counts from one without a gap."""

    estate_id: str
    entry_id: str
    number: int
    kind: EntryKind
    occurred_on: date
    legs: tuple[Leg, ...]
    booking: Booking
    particulars: Particulars = field(default_factory=Particulars)
    authority: Authority | None = None
    reverses: Reversal | None = None

    def __post_init__(self) -> None:
        if len(self.legs) < LEGS_MIN or sum(leg.amount_fen for leg in self.legs) != 0:
            raise Unbalanced("借贷不平。", "The legs are fewer than two or do not sum to zero.")
        if self.number < 1 or self.booking.booked_at.utcoffset() is None:
            raise EntryMisformed("分录不完整。", "The entry has no number or no booking instant.")
        if self.kind is not EntryKind.OPENING and any(leg.amount_fen == 0 for leg in self.legs):
            raise EntryMisformed("金额不得为零。", "An amount is zero.")
        if (self.reverses is not None) != (self.kind is EntryKind.REVERSAL):
            raise EntryMisformed("冲销关系有误。", "A reversal names what it reverses.")
        self._check_accounts()

    def _check_accounts(self) -> None:
        """Check that accounts and authority are what the kind of entry says."""
        kind = self.kind
        if kind is EntryKind.REVERSAL:
            return
        if not self._moves_with_the_bank():
            raise EntryMisformed("收支方向有误。", "A leg moves against the entry's direction.")
        if any(leg.account not in _accounts_of(kind) for leg in self.legs):
            raise EntryMisformed("科目与收支不符。", "An account does not belong to the entry.")
        if (kind is EntryKind.EXPENSE) != (self.authority is not None):
            raise EntryMisformed("支出须有依据。", "An expense, and only that, has an authority.")
        if self.authority is not None:
            for leg in self.legs:
                if leg.account != BANK.code:
                    check_fits(self.authority, leg.account)

    def _moves_with_the_bank(self) -> bool:
        """Return whether the bank gains (loses, for an expense) what the other legs lose (gain)."""
        sign = -1 if self.kind is EntryKind.EXPENSE else 1
        bank_legs = [leg for leg in self.legs if leg.account == BANK.code]
        others = [leg for leg in self.legs if leg.account != BANK.code]
        return (
            len(bank_legs) == 1
            and sign * bank_legs[0].amount_fen >= 0
            and all(sign * leg.amount_fen <= 0 for leg in others)
        )

    @property
    def bank_fen(self) -> int:
        """Return what the bank account gained (or lost, below zero)."""
        return sum(leg.amount_fen for leg in self.legs if leg.account == BANK.code)

    @property
    def amount_fen(self) -> int:
        """Return the amount without its direction."""
        return abs(self.bank_fen)

    @property
    def category(self) -> str:
        """Return the account that stands against the bank."""
        return next(leg.account for leg in self.legs if leg.account != BANK.code)


def _accounts_of(kind: EntryKind) -> frozenset[str]:
    match kind:
        case EntryKind.OPENING:
            return frozenset({BANK.code, OPENING_EQUITY.code})
        case EntryKind.INCOME:
            return _INCOME_ACCOUNTS
        case EntryKind.EXPENSE:
            return _EXPENSE_ACCOUNTS
        case EntryKind.REVERSAL:
            return frozenset(ACCOUNTS)
        case _:
            assert_never(kind)


def _with_bank(side: Side) -> frozenset[str]:
    return frozenset({BANK.code, *(code for code, one in ACCOUNTS.items() if one.side is side)})


_INCOME_ACCOUNTS = _with_bank(Side.INCOME)
_EXPENSE_ACCOUNTS = _with_bank(Side.EXPENSE)


def simple_legs(category: str, direction: Direction, amount_fen: int) -> tuple[Leg, Leg]:
    """Return the two legs of money that came in for `category`, or went out for it."""
    bank_fen = amount_fen if direction is Direction.INCOME else -amount_fen
    return Leg(BANK.code, bank_fen), Leg(category, -bank_fen)


@dataclass(frozen=True)
class Slot:
    """Where a new entry goes: the estate, its next number, and the identifier made for it."""

    estate_id: str
    entry_id: str
    number: int


def opening_of(slot: Slot, amount_fen: int, *, as_of_on: date, booking: Booking) -> Entry:
    """Return the entry that states what the account held when `as_of_on` began."""
    return Entry(
        estate_id=slot.estate_id,
        entry_id=slot.entry_id,
        number=slot.number,
        kind=EntryKind.OPENING,
        occurred_on=as_of_on,
        legs=(Leg(BANK.code, amount_fen), Leg(OPENING_EQUITY.code, -amount_fen)),
        booking=booking,
    )


def reversal_of(
    entry: Entry, slot: Slot, reversal: Reversal, *, booking: Booking, on: date
) -> Entry:
    """Return the mirror of `entry`, which happens today: a published period does not change.

    Raises:
        EntryNotReversible: `entry` is an opening balance or a reversal itself.
    """
    assert reversal.entry_id == entry.entry_id
    if entry.kind not in {EntryKind.INCOME, EntryKind.EXPENSE}:
        raise EntryNotReversible(
            "期初结余和冲销分录不能冲销。",
            "Opening balances and reversals are not reversed.",
            kind=entry.kind.value,
        )
    return Entry(
        estate_id=slot.estate_id,
        entry_id=slot.entry_id,
        number=slot.number,
        kind=EntryKind.REVERSAL,
        occurred_on=on,
        legs=tuple(Leg(leg.account, -leg.amount_fen) for leg in entry.legs),
        booking=booking,
        particulars=entry.particulars,
        authority=entry.authority,
        reverses=reversal,
    )
