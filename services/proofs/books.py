"""An estate's books, read again from its entries alone: every balance, month and half-year.

A figure is the sum of legs. The side of a leg follows from what its entry does, so that no chart of
accounts is needed: of an income or an expense it is every leg that is not the bank's, a reversal
stands on the side of what it takes back, and an opening balance is neither.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.proofs.entry import BookedEntry, EntryKind, Leg
from services.proofs.refuted import Refuted

_BANK = "BANK"


class BooksWrong(Refuted):
    """The entries are no books: a gap, no balance, or a reversal of something else."""


@dataclass(frozen=True, slots=True)
class MonthFigures:
    """One month (`2026-01`) as the owner's card shows it: income, expense, balance."""

    month: str
    opening_fen: int
    income_fen: int
    expense_fen: int

    @property
    def closing_fen(self) -> int:
        """What the month ended with."""
        return self.opening_fen + self.income_fen - self.expense_fen


@dataclass(frozen=True, slots=True)
class HalfYearFigures:
    """One half-year (`2026H1`): its months, and what each category brought in or cost."""

    period: str
    months: tuple[MonthFigures, ...]
    by_category: Mapping[str, int]

    @property
    def opening_fen(self) -> int:
        """What the half-year began with."""
        return self.months[0].opening_fen

    @property
    def income_fen(self) -> int:
        """What came in."""
        return sum(month.income_fen for month in self.months)

    @property
    def expense_fen(self) -> int:
        """What went out."""
        return sum(month.expense_fen for month in self.months)

    @property
    def closing_fen(self) -> int:
        """What the half-year ended with."""
        return self.months[-1].closing_fen


@dataclass(slots=True)
class _Sums:
    """One month's sums; `stated_fen` is an opening balance."""

    stated_fen: int = 0
    income_fen: int = 0
    expense_fen: int = 0


class Books:
    """Takes entries in the order of their numbers, checks each, and keeps the sums."""

    def __init__(self) -> None:
        self.entries_count = 0
        self.balance_fen = 0
        self._opened_on = ""
        self._sums: dict[str, _Sums] = defaultdict(_Sums)
        self._by_category: dict[tuple[str, str], int] = defaultdict(int)
        self._reversible: dict[str, BookedEntry] = {}
        self._ids: set[str] = set()

    def add(self, entry: BookedEntry) -> BookedEntry | None:
        """Take the next entry, and return the one that it takes back, if it does.

        Raises:
            BooksWrong: it is not the next one, does not balance, is dated before the opening
                balance, or takes back what is not there as it is.
        """
        self._check_next(entry)
        self._check_balanced(entry)
        taken_back = self._taken_back(entry)
        self._ids.add(entry.entry_id)
        self.entries_count += 1
        self.balance_fen += bank_fen(entry)
        self._sum(entry, (taken_back or entry).kind)
        if entry.kind in {EntryKind.INCOME, EntryKind.EXPENSE}:
            self._reversible[entry.entry_id] = entry
        return taken_back

    def months(self) -> tuple[MonthFigures, ...]:
        """Return every month from the opening balance to the last entry."""
        if not self._sums:
            return ()
        first, last = min(self._sums), max(self._sums)
        return self._figures(_months_between(first, last))

    def half_year(self, period: str) -> HalfYearFigures:
        """Return the figures of a half-year by the entries so far."""
        months = months_of(period)
        by_category: dict[str, int] = defaultdict(int)
        for (month, category), fen in self._by_category.items():
            if month in months:
                by_category[category] += fen
        return HalfYearFigures(period, self._figures(months), dict(by_category))

    def _figures(self, months: Sequence[str]) -> tuple[MonthFigures, ...]:
        # An opening balance says what was there; within the span it counts to the span's beginning.
        opening_fen = sum(_moved(sums) for month, sums in self._sums.items() if month < months[0])
        opening_fen += sum(self._sums[month].stated_fen for month in months if month in self._sums)
        figures = []
        for month in months:
            sums = self._sums.get(month, _Sums())
            figures.append(MonthFigures(month, opening_fen, sums.income_fen, sums.expense_fen))
            opening_fen = figures[-1].closing_fen
        return tuple(figures)

    def _check_next(self, entry: BookedEntry) -> None:
        if entry.number != self.entries_count + 1:
            raise BooksWrong(f"entry {entry.number} follows entry {self.entries_count}")
        if (entry.kind is EntryKind.OPENING) is not (entry.number == 1):
            raise BooksWrong("the opening balance is the first entry, and no other is one")
        if entry.entry_id in self._ids:
            raise BooksWrong(f"entry {entry.number} has the id of another one")
        if entry.number == 1:
            self._opened_on = entry.occurred_on
        if entry.occurred_on < self._opened_on:
            raise BooksWrong(f"entry {entry.number} is older than the opening balance")

    def _check_balanced(self, entry: BookedEntry) -> None:
        if len(entry.legs) < 2 or sum(leg.amount_fen for leg in entry.legs) != 0:
            raise BooksWrong(f"the legs of entry {entry.number} do not sum to zero")
        if entry.kind is EntryKind.REVERSAL:
            return
        sign = -1 if entry.kind is EntryKind.EXPENSE else 1
        bank = [leg for leg in entry.legs if leg.account == _BANK]
        others = [leg for leg in entry.legs if leg.account != _BANK]
        # With one leg of the bank, what the others lose together it gains.
        if len(bank) != 1 or any(sign * one.amount_fen > 0 for one in others):
            raise BooksWrong(f"a leg of entry {entry.number} moves against what the entry does")

    def _taken_back(self, entry: BookedEntry) -> BookedEntry | None:
        if entry.kind is not EntryKind.REVERSAL:
            return None
        assert entry.reverses is not None
        original = self._reversible.pop(entry.reverses, None)
        if original is None:
            raise BooksWrong(f"entry {entry.number} takes back what is not there to be taken back")
        mirror = tuple(Leg(leg.account, -leg.amount_fen) for leg in original.legs)
        if entry.legs != mirror:
            raise BooksWrong(f"entry {entry.number} is no mirror of entry {original.number}")
        return original

    def _sum(self, entry: BookedEntry, side: EntryKind) -> None:
        sums = self._sums[entry.month]
        if side is EntryKind.OPENING:
            sums.stated_fen += bank_fen(entry)
            return
        sign = -1 if side is EntryKind.INCOME else 1
        for leg in entry.legs:
            if leg.account != _BANK:
                self._by_category[entry.month, leg.account] += sign * leg.amount_fen
        # What the other legs say, the bank's leg says with the other sign.
        if side is EntryKind.INCOME:
            sums.income_fen += bank_fen(entry)
        else:
            sums.expense_fen -= bank_fen(entry)


def bank_fen(entry: BookedEntry) -> int:
    """Return what the bank account gained by an entry, or lost, below zero."""
    return sum(leg.amount_fen for leg in entry.legs if leg.account == _BANK)


def months_of(period: str) -> tuple[str, ...]:
    """Return the six months of a half-year (`2026H1`)."""
    first = 1 if period[5:] == "1" else 7
    return tuple(f"{period[:4]}-{number:02d}" for number in range(first, first + 6))


def half_year_of(month: str) -> str:
    """Return the half-year that a month falls into."""
    return f"{month[:4]}H{1 if int(month[5:]) <= 6 else 2}"


def _months_between(first: str, last: str) -> tuple[str, ...]:
    start, end = (int(one[:4]) * 12 + int(one[5:]) - 1 for one in (first, last))
    return tuple(f"{number // 12:04d}-{number % 12 + 1:02d}" for number in range(start, end + 1))


def _moved(sums: _Sums) -> int:
    return sums.stated_fen + sums.income_fen - sums.expense_fen
