"""Balances, months and limits in JSON."""

from datetime import date, datetime
from typing import Annotated, Self

from pydantic import BaseModel, Field, StrictInt

from services.ledger.api.texts import CNY, STRICT, Currency, FenIn
from services.ledger.domain.limits import LimitsSet, SpendingLimits
from services.ledger.domain.reading import Balance, YearOfMonths
from services.ledger.domain.statement import MonthTotals

USES_MAX = 1000


class BalanceOut(BaseModel):
    """What the account holds by the books; `opened_on` is absent until the books begin."""

    balance_fen: int
    currency: Currency
    opened_on: date | None

    @classmethod
    def of(cls, balance: Balance) -> Self:
        """Return the body for a balance."""
        return cls(balance_fen=balance.balance_fen, currency=CNY, opened_on=balance.opened_on)


class MonthOut(BaseModel):
    """One month; closing is opening + income - expense."""

    month: str
    opening_fen: int
    income_fen: int
    expense_fen: int
    closing_fen: int

    @classmethod
    def of(cls, totals: MonthTotals) -> Self:
        """Return the body for a month."""
        return cls(
            month=str(totals.month),
            opening_fen=totals.opening_fen,
            income_fen=totals.income_fen,
            expense_fen=totals.expense_fen,
            closing_fen=totals.closing_fen,
        )


class MonthsOut(BaseModel):
    """The months of one year."""

    year: int
    currency: Currency
    months: list[MonthOut]

    @classmethod
    def of(cls, year: YearOfMonths) -> Self:
        """Return the body for a year."""
        months = [MonthOut.of(month) for month in year.months]
        return cls(year=year.year, currency=CNY, months=months)


class SpendingLimitsIn(BaseModel):
    """What the rules of procedure allow without a vote, per half-year (HZ 16(10))."""

    model_config = STRICT | {
        "json_schema_extra": {
            "examples": [
                {
                    "uses_max": 12,
                    "amount_each_max_fen": 5000000,
                    "amount_total_max_fen": 20000000,
                }
            ]
        }
    }

    uses_max: Annotated[StrictInt, Field(ge=0, le=USES_MAX)]
    amount_each_max_fen: FenIn
    amount_total_max_fen: FenIn

    def limits(self) -> SpendingLimits:
        """Return the limits, or refuse them as unreasonable."""
        return SpendingLimits(
            uses_max=self.uses_max,
            amount_each_max_fen=self.amount_each_max_fen,
            amount_total_max_fen=self.amount_total_max_fen,
        )


class SpendingLimitsOut(BaseModel):
    """The limits that govern what is published next."""

    uses_max: int
    amount_each_max_fen: int
    amount_total_max_fen: int
    currency: Currency
    version: int
    set_at: datetime

    @classmethod
    def of(cls, limits_set: LimitsSet) -> Self:
        """Return the body for limits."""
        return cls(
            uses_max=limits_set.limits.uses_max,
            amount_each_max_fen=limits_set.limits.amount_each_max_fen,
            amount_total_max_fen=limits_set.limits.amount_total_max_fen,
            currency=CNY,
            version=limits_set.version,
            set_at=limits_set.set_at,
        )
