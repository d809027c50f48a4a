"""Half-years in JSON: as the entries say now, and as they were published."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated, Any, Self

from pydantic import BaseModel, Field

from services.ledger.api.figure_bodies import MonthOut
from services.ledger.api.texts import CNY, Currency
from services.ledger.domain.chart import ACCOUNTS, Direction, Side
from services.ledger.domain.reading import LoggedStatement, StatementSeen
from services.ledger.domain.statement import CategoryTotals, Statement


class CategoryTotalsOut(BaseModel):
    """What one category brought in or cost."""

    category: str
    category_zh: str
    direction: Direction
    amount_fen: int

    @classmethod
    def of(cls, totals: CategoryTotals) -> Self:
        """Return the body for a category's totals."""
        account = ACCOUNTS[totals.category]
        income = account.side is Side.INCOME
        return cls(
            category=account.code,
            category_zh=account.name_zh,
            direction=Direction.INCOME if income else Direction.EXPENSE,
            amount_fen=totals.amount_fen,
        )


class FiguresOut(BaseModel):
    """The figures of one half-year (HZ 30): totals, months, categories."""

    period: str
    first_on: date
    last_on: date
    currency: Currency
    opening_fen: int
    income_fen: int
    expense_fen: int
    closing_fen: int
    months: list[MonthOut]
    categories: list[CategoryTotalsOut]


class PublishedVersionOut(BaseModel):
    """The newest published version of a half-year; `equal` says whether the entries still say so.

    If not, entries were added to it since, and it is to be published again within seven days.
    """

    statement_id: str
    version: int
    published_at: datetime
    equal: Annotated[bool, Field(examples=[True])]


class StatementOut(FiguresOut):
    """A half-year as the entries say now; `published` is absent until it is published."""

    published: PublishedVersionOut | None

    @classmethod
    def of(cls, seen: StatementSeen) -> Self:
        """Return the body for a statement."""
        return cls(**_figures(seen.statement), published=_newest(seen))


class StatementPublicationOut(FiguresOut):
    """One published version of a half-year, of the first `entries_count` entries.

    `document_sha256` is the hash of its canonical document, which the leaf at `leaf_index` names.
    """

    statement_id: str
    version: int
    supersedes: str | None
    entries_count: int
    published_at: datetime
    document_sha256: str
    leaf_index: int

    @classmethod
    def of(cls, logged: LoggedStatement) -> Self:
        """Return the body for a published half-year."""
        published = logged.published
        return cls(
            **_figures(published.statement),
            statement_id=published.statement_id,
            version=published.version,
            supersedes=published.supersedes,
            entries_count=published.entries_count,
            published_at=published.published_at,
            document_sha256=logged.document_sha256,
            leaf_index=logged.leaf_index,
        )


class StatementPublicationsOut(BaseModel):
    """Every published version of a half-year, newest first."""

    publications: list[StatementPublicationOut]

    @classmethod
    def of(cls, listed: Iterable[LoggedStatement]) -> Self:
        """Return the body for the versions."""
        return cls(publications=[StatementPublicationOut.of(one) for one in listed])


def _figures(statement: Statement) -> dict[str, Any]:
    return {
        "period": str(statement.period),
        "first_on": statement.period.first_on,
        "last_on": statement.period.last_on,
        "currency": CNY,
        "opening_fen": statement.opening_fen,
        "income_fen": statement.income_fen,
        "expense_fen": statement.expense_fen,
        "closing_fen": statement.closing_fen,
        "months": [MonthOut.of(month) for month in statement.months],
        "categories": [CategoryTotalsOut.of(one) for one in statement.categories],
    }


def _newest(seen: StatementSeen) -> PublishedVersionOut | None:
    if seen.newest is None:
        return None
    published = seen.newest.published
    return PublishedVersionOut(
        statement_id=published.statement_id,
        version=published.version,
        published_at=published.published_at,
        equal=published.statement == seen.statement,
    )
