"""The chart of accounts in JSON."""

from typing import Self

from pydantic import BaseModel

from services.ledger.domain.authority import FITTING, AuthorityKind
from services.ledger.domain.chart import EXPENSE, INCOME, Account, Direction, Side


class CategoryOut(BaseModel):
    """One category: its stable code, its names, and what an expense of it can rest on."""

    code: str
    direction: Direction
    name_zh: str
    name_en: str
    aliases: list[str]
    article: str | None
    authorities: list[AuthorityKind]

    @classmethod
    def of(cls, account: Account) -> Self:
        """Return the body for a category."""
        income = account.side is Side.INCOME
        return cls(
            code=account.code,
            direction=Direction.INCOME if income else Direction.EXPENSE,
            name_zh=account.name_zh,
            name_en=account.name_en,
            aliases=list(account.aliases),
            article=account.article,
            authorities=sorted(FITTING.get(account.code, ())),
        )


class CategoriesOut(BaseModel):
    """All categories of common revenue."""

    categories: list[CategoryOut]

    @classmethod
    def of(cls, accounts: tuple[Account, ...]) -> Self:
        """Return the body for the chart."""
        return cls(categories=[CategoryOut.of(account) for account in accounts])


CHART = CategoriesOut.of((*INCOME, *EXPENSE))
