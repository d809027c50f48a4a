"""Say what the expenses of each category rest on when a draft does not say it itself."""

from collections.abc import Mapping

from services.chassis.once import Once
from services.chassis.tlog import append
from services.ledger.actions.parts import Parts
from services.ledger.domain.authority import FITTING, Authority, check_fits
from services.ledger.domain.chart import ACCOUNTS
from services.ledger.domain.errors import CategoryNeedsNoAuthority, CategoryUnknown
from services.ledger.store import authorities


async def set_category_authorities(
    parts: Parts, once: Once, estate_id: str, by_category: Mapping[str, Authority]
) -> Mapping[str, Authority]:
    """Make these the estate's defaults, in place of what they were.

    Raises:
        CategoryUnknown: the chart has no such category.
        CategoryNeedsNoAuthority: it is income, or no category of expense.
        AuthorityDoesNotFit: no expense of the category can rest on this.
    """
    for category, authority in by_category.items():
        _check(category, authority)
    async with parts.begin(once) as connection:
        await append.lock(connection, estate_id)
        await authorities.replace_defaults(
            connection, estate_id, by_category, set_by=once.caller, set_at=parts.now()
        )
        return await once.keep(connection, by_category)


def _check(category: str, authority: Authority) -> None:
    if category not in ACCOUNTS:
        raise CategoryUnknown("没有这个类别。", "There is no such category.", category=category)
    if category not in FITTING:
        raise CategoryNeedsNoAuthority(
            "该类别不是支出。", "The category is no expense.", category=category
        )
    check_fits(authority, category)
