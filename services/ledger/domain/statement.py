"""Months and half-years of common revenue: opening + income − expense = closing, every time.

A figure is the sum of legs, never a running value that somebody could forget to move. Reversals
count against their own category in the month in which they were made, so what was published of
an earlier period stays what it was.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from services.ledger.domain.chart import ACCOUNTS, Side
from services.ledger.domain.entry import Entry
from services.ledger.domain.errors import (
    EntryMisformed,
    PeriodNotEnded,
    PeriodUnknown,
    StatementUnchanged,
)
from services.ledger.domain.period import HalfYear, Month, month_of


@dataclass(frozen=True)
class Movement:
    """What one account gained (debit) or lost in one month, over all entries."""

    month: Month
    account: str
    amount_fen: int

    def __post_init__(self) -> None:
        if self.account not in ACCOUNTS:
            raise EntryMisformed("科目不存在。", "No such account.", account=self.account)


@dataclass(frozen=True)
class MonthTotals:
    """One month as the owner's card shows it: income, expense, balance."""

    month: Month
    opening_fen: int
    income_fen: int
    expense_fen: int

    @property
    def closing_fen(self) -> int:
        """Return what the month ended with."""
        return self.opening_fen + self.income_fen - self.expense_fen


@dataclass(frozen=True)
class CategoryTotals:
    """What one category brought in or cost over a period; below zero when more was reversed."""

    category: str
    amount_fen: int


@dataclass(frozen=True)
class Statement:
    """One half-year of common revenue, as HZ 30 wants it published."""

    period: HalfYear
    months: tuple[MonthTotals, ...]
    categories: tuple[CategoryTotals, ...]

    def __post_init__(self) -> None:
        # The opening of a month is the closing of the one before: no gap, no overlap.
        for before, after in zip(self.months, self.months[1:], strict=False):
            assert before.closing_fen == after.opening_fen

    @property
    def opening_fen(self) -> int:
        """Return what the period began with."""
        return self.months[0].opening_fen

    @property
    def income_fen(self) -> int:
        """Return what came in."""
        return sum(month.income_fen for month in self.months)

    @property
    def expense_fen(self) -> int:
        """Return what went out."""
        return sum(month.expense_fen for month in self.months)

    @property
    def closing_fen(self) -> int:
        """Return what the period ended with."""
        return self.opening_fen + self.income_fen - self.expense_fen


@dataclass(frozen=True)
class PublishedStatement:
    """One version of a half-year as it was published, by the first `entries_count` entries.

    `supersedes` is the id of the version before.
    """

    statement: Statement
    statement_id: str
    version: int
    supersedes: str | None
    entries_count: int
    published_at: datetime


def next_version(
    statement: Statement,
    newest: PublishedStatement | None,
    *,
    statement_id: str,
    entries_count: int,
    published_at: datetime,
) -> PublishedStatement:
    """Return the version of a half-year that follows the newest one.

    Raises:
        StatementUnchanged: the newest one says the same.
    """
    if newest is not None and newest.statement == statement:
        raise StatementUnchanged(
            "该期报表已公布，没有变化。",
            "The half-year is published already, and nothing in it has changed.",
            statement_id=newest.statement_id,
            version=newest.version,
        )
    return PublishedStatement(
        statement=statement,
        statement_id=statement_id,
        version=newest.version + 1 if newest else 1,
        supersedes=newest.statement_id if newest else None,
        entries_count=entries_count,
        published_at=published_at,
    )


def check_ended(period: HalfYear, today: date) -> None:
    """Check that a period is over.

    Raises:
        PeriodNotEnded: it has days to come, or goes on today.
    """
    if today <= period.last_on:
        raise PeriodNotEnded(
            "本期尚未结束，不能公布报表。",
            "The half-year has not ended, so it cannot be published yet.",
            last_on=period.last_on.isoformat(),
            today=today.isoformat(),
        )


def check_begun(opened_on: date | None, *, last_on: date) -> None:
    """Check that the ledger had begun when a period ended.

    Raises:
        PeriodUnknown: its opening balance is of a later day, or there is none.
    """
    if opened_on is None or opened_on > last_on:
        raise PeriodUnknown(
            "账簿在该期间之后才开始。",
            "The ledger begins after this period.",
            begins_on=opened_on.isoformat() if opened_on else None,
        )


def movements_of(entries: Iterable[Entry]) -> tuple[Movement, ...]:
    """Return the movements that `entries` make; a database sums the same from its legs."""
    sums: dict[tuple[Month, str], int] = defaultdict(int)
    for entry in entries:
        for leg in entry.legs:
            sums[month_of(entry.occurred_on), leg.account] += leg.amount_fen
    return tuple(Movement(month, account, fen) for (month, account), fen in sorted(sums.items()))


def month_totals(
    months: Sequence[Month], movements: Sequence[Movement], *, before_fen: int
) -> tuple[MonthTotals, ...]:
    """Return the totals of consecutive `months`, which began with `before_fen` in the bank.

    An opening balance stated within them counts to their beginning: it says what was there, and
    is no income.
    """
    income = _by_month(movements, Side.INCOME)
    expense = _by_month(movements, Side.EXPENSE)
    wanted = frozenset(months)
    stated = _by_month((one for one in movements if one.month in wanted), Side.EQUITY)
    opening_fen = before_fen - sum(stated.values())
    found = []
    for month in months:
        totals = MonthTotals(month, opening_fen, -income.get(month, 0), expense.get(month, 0))
        opening_fen = totals.closing_fen
        found.append(totals)
    return tuple(found)


def statement_of(period: HalfYear, movements: Sequence[Movement], *, before_fen: int) -> Statement:
    """Return the statement of `period`, from the movements of its months."""
    return Statement(
        period=period,
        months=month_totals(period.months, movements, before_fen=before_fen),
        categories=category_totals(one for one in movements if one.month in period.months),
    )


def category_totals(movements: Iterable[Movement]) -> tuple[CategoryTotals, ...]:
    """Return what each category brought in or cost, in the order of the chart."""
    sums: dict[str, int] = defaultdict(int)
    for one in movements:
        side = ACCOUNTS[one.account].side
        if side in {Side.INCOME, Side.EXPENSE}:
            sums[one.account] += -one.amount_fen if side is Side.INCOME else one.amount_fen
    return tuple(CategoryTotals(code, sums[code]) for code in ACCOUNTS if code in sums)


def _by_month(movements: Iterable[Movement], side: Side) -> Mapping[Month, int]:
    sums: dict[Month, int] = defaultdict(int)
    for one in movements:
        if ACCOUNTS[one.account].side is side:
            sums[one.month] += one.amount_fen
    return sums
