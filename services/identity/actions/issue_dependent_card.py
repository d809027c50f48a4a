"""Hang a family, tenant or other card on a main card."""

from uuid import uuid4

from services.identity.actions.parts import Asked, Parts
from services.identity.domain.card import Card, CardStatus, UserType, dependent_card
from services.identity.domain.errors import (
    AccountUnknown,
    CardAlreadyIssued,
    CardNotOnline,
    CardUnknown,
    HolderOfMainCard,
)
from services.identity.store import accounts, cards


async def issue_dependent_card(
    parts: Parts, asked: Asked, main: tuple[str, str], *, account_id: str, user_type: UserType
) -> Card:
    """Issue a card that hangs on the caller's main card, named by estate and card id.

    Raises:
        CardUnknown: the caller holds no such main card.
        CardNotOnline: it has ended.
        AccountUnknown: the other account does not exist.
        HolderOfMainCard: the other account is the caller's own.
        CardAlreadyIssued: that account has a valid card under this main card.
    """
    async with parts.begin(asked.once) as connection:
        actor = await accounts.acting(connection, asked.caller.session)
        parent = await cards.main_card(
            connection, main[1], estate_id=main[0], account_id=actor.account_id
        )
        if parent is None:
            raise CardUnknown
        if parent.status is not CardStatus.ONLINE:
            raise CardNotOnline
        if account_id == actor.account_id:
            raise HolderOfMainCard
        if not await accounts.is_known(connection, account_id):
            raise AccountUnknown
        card = dependent_card(str(uuid4()), parent, user_type, now=parts.clock.now())
        if not await cards.add(connection, card, account_id=account_id, party_id=None):
            raise CardAlreadyIssued
        return await asked.once.keep(connection, card)
