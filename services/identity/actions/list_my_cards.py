"""List the caller's cards."""

from services.chassis.callers import Caller
from services.identity.actions.parts import Parts
from services.identity.domain.card import Card
from services.identity.store import accounts, cards


async def list_my_cards(parts: Parts, caller: Caller) -> tuple[Card, ...]:
    """Return every card of the caller, main and dependent, valid and ended."""
    async with parts.begin() as connection:
        actor = await accounts.acting(connection, caller.session)
        return await cards.of_account(connection, actor.account_id)
