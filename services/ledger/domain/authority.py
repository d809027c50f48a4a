"""What allows an expense: using common revenue needs a reason in law or a joint decision.

Common revenue is what remains after reasonable cost (CC 282). Spending it is a joint decision of
the owners, except within the count *and* the amount that the rules of procedure agree
(HZ 16(10)); the committee's costs and audits may be paid from it (HZ 35, 37), and replenishing
the maintenance fund is its main purpose (HZ 60(3)).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from services.ledger.domain.errors import AuthorityDoesNotFit, AuthorityIncomplete

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


class AuthorityKind(StrEnum):
    """The six reasons for which an expense may be paid."""

    COST_OF_INCOME = "COST_OF_INCOME"
    RULES_LIMIT = "RULES_LIMIT"
    COMMITTEE_COSTS = "COMMITTEE_COSTS"
    AUDIT = "AUDIT"
    FUND_REPLENISHMENT = "FUND_REPLENISHMENT"
    PASSED_ITEM = "PASSED_ITEM"


ARTICLES: Mapping[AuthorityKind, str] = {
    AuthorityKind.COST_OF_INCOME: "CC 282",
    AuthorityKind.RULES_LIMIT: "HZ 16(10)",
    AuthorityKind.COMMITTEE_COSTS: "HZ 35",
    AuthorityKind.AUDIT: "HZ 37",
    AuthorityKind.FUND_REPLENISHMENT: "HZ 60(3)",
    AuthorityKind.PASSED_ITEM: "HZ 16(10)",
}

_COST = frozenset({AuthorityKind.COST_OF_INCOME, AuthorityKind.PASSED_ITEM})
_COMMITTEE = frozenset(
    {AuthorityKind.COMMITTEE_COSTS, AuthorityKind.RULES_LIMIT, AuthorityKind.PASSED_ITEM}
)
_USE = frozenset({AuthorityKind.RULES_LIMIT, AuthorityKind.PASSED_ITEM})

FITTING: Mapping[str, frozenset[AuthorityKind]] = {
    "COST_TAXES": _COST,
    "COST_LABOUR": _COST,
    "COST_ENERGY": _COST,
    "COST_MANAGER_SHARE": _COST,
    "FUND_REPLENISHMENT": frozenset({AuthorityKind.FUND_REPLENISHMENT, AuthorityKind.PASSED_ITEM}),
    "REPAIR_RENEWAL": _USE,
    "COMMITTEE_OPERATION": _COMMITTEE,
    "COMMITTEE_ALLOWANCE": _COMMITTEE,
    "COMMITTEE_STAFF": _COMMITTEE,
    "AUDIT_FEES": _USE | {AuthorityKind.AUDIT},
    "ASSEMBLY_MEETINGS": _COMMITTEE,
    "OTHER_DECIDED": _USE,
}
"""The authorities that can cover each expense category; repair is a use, never a cost."""


@dataclass(frozen=True)
class Authority:
    """The reason for one expense, complete: a cost names its contract, a decision its item."""

    kind: AuthorityKind
    contract_reference: str | None = None
    item_id: str | None = None

    def __post_init__(self) -> None:
        if self.kind is AuthorityKind.COST_OF_INCOME and not self.contract_reference:
            raise AuthorityIncomplete(
                "经营成本须注明合同号。",
                "A cost of income names its contract.",
                authority=self.kind.value,
            )
        if (self.kind is AuthorityKind.PASSED_ITEM) != (self.item_id is not None):
            raise AuthorityIncomplete(
                "表决事项须注明事项编号，其他依据不得带事项编号。",
                "A passed item names its item_id, and no other authority does.",
                authority=self.kind.value,
            )
        if self.item_id is not None and not _UUID.fullmatch(self.item_id):
            raise AuthorityIncomplete(
                "事项编号应为小写 UUID。",
                "An item_id is a lower-case UUID.",
                authority=self.kind.value,
            )

    @property
    def article(self) -> str:
        """Return the article that it rests on."""
        return ARTICLES[self.kind]


def check_fits(authority: Authority, category: str, **facts: object) -> None:
    """Check that an expense of `category` can rest on `authority`.

    Raises:
        AuthorityDoesNotFit: it cannot; the facts tell what could.
    """
    fitting = FITTING[category]
    if authority.kind not in fitting:
        raise AuthorityDoesNotFit(
            "该类支出不能以此为依据。",
            "An expense of this category cannot rest on this authority.",
            category=category,
            authority=authority.kind.value,
            fitting=sorted(kind.value for kind in fitting),
            **facts,
        )
